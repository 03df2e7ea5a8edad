package dev.nowake.agent.cli;

import dev.nowake.agent.report.Facts;
import java.util.List;

/** A report's figures for programs: what the journal does not tell is null. */
final class FactsJson {
    private FactsJson() {}

    static void write(JsonOutput json, List<Facts> loads) {
        json.array("loads", loads, facts -> {
            json.text("model", facts.model())
                    .bytesOrNull("load", facts.load())
                    .text("began", facts.began() == null ? null : facts.began().toString())
                    .text("mode", facts.mode())
                    .text("rule", facts.rule())
                    .text("policy", facts.policy())
                    .number("sizeBytes", facts.sizeBytes())
                    .number("shards", facts.shards());
            decimal(json, "seconds", facts.seconds());
            decimal(json, "readSeconds", facts.readSeconds());
            decimal(json, "bytesPerSecond", facts.bytesPerSecond());
            json.bytesOrNull("readBytes", facts.readBytes())
                    .bytesOrNull("askedBytes", facts.askedBytes())
                    .bytesOrNull("prefetchedBytes", facts.prefetchedBytes())
                    .bytesOrNull("wastedBytes", facts.wastedBytes())
                    .number("unjudgedBytes", facts.unjudgedBytes())
                    .bytesOrNull("evictedBytes", facts.evictedBytes())
                    .object("refusedBytes", refused -> facts.refusedBytes().forEach(refused::number))
                    .bytesOrNull("residentBeforeBytes", facts.residentBeforeBytes())
                    .bytesOrNull("peakResidentBytes", facts.peakResidentBytes())
                    .bytesOrNull("residentAfterBytes", facts.residentAfterBytes())
                    .bytesOrNull("wouldPrefetchBytes", facts.wouldPrefetchBytes())
                    .bytesOrNull("wouldReleaseBytes", facts.wouldReleaseBytes())
                    .bytesOrNull("kswapdPages", facts.kswapdPages())
                    .bytesOrNull("directPages", facts.directPages());
            decimal(json, "stalledSeconds", facts.stalledSeconds());
            json.bytesOrNull("waits", facts.waits())
                    .text("waitsFor", facts.waitsFor().isEmpty() ? null : String.join("; ", facts.waitsFor()))
                    .bytesOrNull("lowestFreeBytes", facts.lowestFreeBytes())
                    .number("samples", facts.samples())
                    .text("ending", facts.ending());
        });
    }

    private static void decimal(JsonOutput json, String name, double value) {
        if (Double.isNaN(value)) {
            json.bytesOrNull(name, -1);
        } else {
            json.decimal(name, value);
        }
    }
}
