package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Policies in JavaScript decide about real loads: replaced while the daemon runs, broken, hanging, throwing. */
@Tag("kernel")
final class ScriptTest {
    /** Three, of ten seconds. */
    private static final Duration TICKS = Duration.ofSeconds(40);

    @Test
    void whatAnEditedScriptSaysHoldsForTheNextLoad() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 4);
            Scripts scripts = new Scripts(rig).write("mine", first(2, "v1"));
            scripts.start(Scripts.only(rig, "mine"));

            loads(rig, scripts, reader, shards, 2, "v1");

            scripts.write("mine", first(3, "v2"));
            rig.awaitCounter("policiesLoaded", 2);
            loads(rig, scripts, reader, shards, 3, "v2");
            assertThat(scripts.status("mine").path("problem").isMissingNode()).isTrue();

            scripts.write("mine", "export function prefetch( { return [];\n");
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(
                                    scripts.status("mine").path("problem").asString())
                            .contains("mine.js:2"));
            assertThat(scripts.status("mine").path("state").asString()).isEqualTo("ok");
            loads(rig, scripts, reader, shards, 3, "v2");

            scripts.write("mine", first(1, "v3"));
            rig.awaitCounter("policiesLoaded", 3);
            loads(rig, scripts, reader, shards, 1, "v3");
            assertThat(scripts.status("mine").path("problem").isMissingNode()).isTrue();
            assertThat(rig.counter("policyErrors")).isZero();
        }
    }

    private static String first(int shards, String reason) {
        return """
                export function prefetch({ load }) {
                  return load ? load.files.filter((f) => f.shard < %d).map((f) => ({ file: f.id, reason: "%s" })) : [];
                }
                """.formatted(shards, reason) + Scripts.RELEASE;
    }

    /** Exactly the first so many shards are prefetched, for that reason, and all is given back. */
    private static void loads(Rig rig, Scripts scripts, Reader reader, List<Path> shards, int prefetched, String reason)
            throws Exception {
        rig.awaitQuiet();
        shards.forEach(rig::makeCold);
        int plans = rig.journal("plan").size();

        for (Path shard : shards) {
            reader.open(shard); // a load of which every shard was opened is over with its last close
        }
        for (Path shard : shards.subList(0, prefetched)) {
            rig.awaitResident(shard);
        }
        List<Path> others = shards.subList(prefetched, shards.size());
        rig.keeps(300, () -> assertThat(rig.resident(others)).isLessThan(Rig.MIB));
        assertThat(rig.journal("plan").stream().skip(plans))
                .allMatch(plan -> plan.path("policy").asString().equals("mine")
                        && plan.path("steps").toString().contains("\"" + reason + "\""));
        assertThat(scripts.planned("mine", reason)).isTrue();

        for (Path shard : shards) {
            reader.act("close");
        }
        rig.awaitReleased(shards);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"while (true) {}", "throw new Error(\"no\");", "return [{ file: load.files[0].id, lenght: 1 }];"
            })
    void aBrokenScriptHarmsNobodysLoad(String body) throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Reader other = Reader.start()) {
            Path good = Files.createDirectory(rig.folder.resolve("good"));
            List<Path> own = rig.model("own", 32 * Rig.MIB, 2);
            List<Path> theirs = rig.model(Rig.spec("theirs", 64 * Rig.MIB, 2), good.resolve("theirs"));
            // the rehearsal must pass: what breaks it is a model of that name
            Scripts scripts = new Scripts(rig).write("bad", """
                    export function prefetch({ model, load }) {
                      if (model?.name === "own") { %s }
                      return [];
                    }
                    export function evict({ model, load }) {
                      if (model?.name === "own") { %s }
                      return [];
                    }
                    """.formatted(body, body));
            scripts.start("""
                    roots:
                    - {path: %s, policy: bad}
                    - {path: %s, policy: load-and-release}
                    """.formatted(rig.root, good));

            reader.open(own.getFirst());
            long began = System.nanoTime();
            other.open(theirs.getFirst());
            theirs.forEach(shard -> assertThat(residentSoon(rig, shard)).isTrue());
            other.open(theirs.getLast()).act("close").act("close");
            rig.awaitReleased(theirs);
            assertThat((System.nanoTime() - began) / 1e9)
                    .as("seconds of the other root's load")
                    .isLessThan(5);

            // on a busy host its fallback may have answered already, and it is asked again with the next tick alone
            await().atMost(TICKS)
                    .untilAsserted(
                            () -> assertThat(scripts.status("bad").path("state").asString())
                                    .isEqualTo("disabled"));
            JsonNode status = scripts.status("bad");
            assertThat(status.path("failures").asInt()).isGreaterThanOrEqualTo(3);
            assertThat(status.path("lastFailure").asString()).contains("bad.js");
            assertThat(rig.counter("policiesDisabled")).isEqualTo(1);
            assertThat(rig.journal("policy"))
                    .anyMatch(line -> line.path("event").asString().equals("disabled")
                            && line.path("reason").asString().contains("bad.js"));

            // the fallback serves the same load, and gives it back
            for (Path shard : own) {
                rig.awaitResident(shard);
            }
            reader.open(own.getLast()).act("close").act("close");
            rig.awaitReleased(own);
            rig.awaitLoadsDone(2);
            assertThat(rig.counter("policyFallbacks")).isPositive();
        }
    }

    private static boolean residentSoon(Rig rig, Path shard) {
        try {
            rig.awaitResident(shard);
            return true;
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
