package dev.nowake.agent.daemon;

import dev.nowake.agent.mirror.evict.DiskFigures;
import dev.nowake.agent.mirror.fill.FillFigures;
import dev.nowake.agent.mirror.gate.GateFigures;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.mirror.store.RemoteState;
import dev.nowake.agent.mirror.store.Stored;
import dev.nowake.agent.observe.PathLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A mirror in the answer to {@code status}. Figures are null where it is not served. */
final class MirrorDocument {
    private MirrorDocument() {}

    static Map<String, Object> of(MirrorStanding standing) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", standing.settings().name());
        document.put("local", PathLabel.of(standing.settings().local()).text());
        document.put("remote", PathLabel.of(standing.settings().remote()).text());
        document.put("mode", standing.settings().mode().label());
        document.put("budgetBytes", standing.settings().budgetBytes());
        document.put("reserveBytes", standing.settings().reserveBytes());
        document.put("served", standing.isServed());
        document.put("notServed", standing.notServed());
        MirrorFigures figures = standing.figures();
        document.put("waitsFor", figures == null ? null : figures.waitsFor());
        document.put("files", figures == null ? null : files(figures.stored()));
        document.put("disk", standing.disk() == null ? null : disk(standing.disk()));
        document.put("filling", figures == null ? null : filling(figures));
        document.put("gate", figures == null ? null : gate(figures.gate()));
        document.put("remoteState", figures == null ? null : remote(figures.stored()));
        document.put("troubles", standing.troubles());
        document.put("agoSeconds", standing.agoSeconds());
        return document;
    }

    private static Map<String, Object> files(Stored stored) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("fsType", stored.filesystem());
        document.put("total", stored.files());
        document.put("complete", stored.complete());
        document.put("replacedAndOpen", stored.leaving());
        document.put("notShown", stored.last() == null ? null : stored.last().skipped());
        document.put("sizeBytes", stored.sizeBytes());
        document.put("hereBytes", stored.filledBytes());
        return document;
    }

    private static Map<String, Object> disk(DiskFigures disk) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("budgetBytes", disk.standing().budgetBytes());
        document.put("usedBytes", disk.standing().usedBytes());
        document.put("freeBytes", disk.standing().freeBytes());
        document.put("reserveBytes", disk.standing().reserveBytes());
        document.put("missingBytes", disk.missingBytes());
        document.put("evictedBytes", disk.counts().evictedBytes());
        document.put("evictedModels", disk.counts().evictedModels());
        document.put("stayedInUse", disk.counts().stayedInUse());
        document.put("stayedFailed", disk.counts().stayedFailed());
        document.put("shortages", disk.counts().shortages());
        document.put("agoSeconds", disk.agoSeconds());
        return document;
    }

    private static Map<String, Object> filling(MirrorFigures figures) {
        FillFigures filling = figures.filling();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("bytesPerSecond", figures.bytesPerSecond());
        document.put("fetchedBytes", filling.fetchedBytes());
        document.put("piecesUnderWay", filling.piecesUnderWay());
        document.put("waitingReaders", filling.waitingReaders());
        document.put(
                "waits", filling.waits().stream().mapToLong(Long::longValue).sum());
        document.put("waitedSeconds", filling.waitedSeconds());
        Map<String, Long> failures = new TreeMap<>();
        filling.failures().forEach((kind, count) -> {
            if (count > 0) {
                failures.put(kind.name().toLowerCase(Locale.ROOT), count);
            }
        });
        document.put("failedPieces", failures);
        document.put("retries", filling.retries());
        document.put("abandonedRequests", filling.abandonedRequests());
        document.put("mismatches", filling.mismatches());
        document.put("completed", filling.completed());
        return document;
    }

    private static Map<String, Object> gate(GateFigures gate) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("passed", gate.passed());
        document.put("held", gate.held());
        document.put("refused", gate.refused());
        document.put("waiting", gate.waiting());
        document.put("oldestWaitSeconds", gate.oldestWaitSeconds());
        return document;
    }

    private static Map<String, Object> remote(Stored stored) {
        RemoteState state = stored.state();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("reachable", state.isReachable());
        document.put("asked", state.isAsked());
        document.put("sinceSeconds", secondsAgo(state.since()));
        document.put("reason", state.why());
        document.put("lookedSecondsAgo", stored.lastScan() == null ? null : secondsAgo(stored.lastScan()));
        document.put("requestsLeftBehind", stored.callsLeftBehind());
        return document;
    }

    /** The wall clock may have been set back meanwhile. */
    private static double secondsAgo(Instant then) {
        return Math.max(0, Duration.between(then, Clocks.HOST.instant()).toMillis() / 1e3);
    }
}
