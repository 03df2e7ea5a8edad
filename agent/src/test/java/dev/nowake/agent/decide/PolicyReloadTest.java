package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counter;
import dev.nowake.policy.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Policy files that come, change and go, on a real filesystem. */
class PolicyReloadTest {
    @TempDir
    Path folder;

    private Stage watched(String... texts) throws IOException {
        Stage stage = new Stage(folder, texts);
        stage.registry.watch();
        return stage;
    }

    private static void awaitSteps(Stage stage, String policy, int steps) {
        await(policy + " with " + steps + " steps").atMost(Stage.SOON).untilAsserted(() -> {
            Plan plan = stage.plan(policy);
            assertThat(plan.policy()).isEqualTo(policy);
            assertThat(plan.steps()).hasSize(steps);
        });
    }

    @Test
    void aChangedFileIsSwappedInAndTheOldUnitClosed() throws Exception {
        try (Stage stage = watched("mine steps")) {
            int closed = FakeUnit.CLOSED.get();
            awaitSteps(stage, "mine", 1);
            stage.write("mine.js", "mine priorities");
            awaitSteps(stage, "mine", 5);
            await().atMost(Stage.SOON).until(() -> FakeUnit.CLOSED.get() == closed + 1);
            assertThat(stage.count(Counter.POLICY_FALLBACKS))
                    .as("asked meanwhile")
                    .isZero();
            stage.awaitJournal("policy", "\"loaded\"");
        }
    }

    @Test
    void otherFoldersAreFollowedFromThenOn() throws Exception {
        try (Stage stage = watched("mine steps")) {
            Path other = Files.createDirectory(folder.resolve("other"));
            Files.writeString(other.resolve("theirs.js"), "theirs priorities");
            awaitSteps(stage, "mine", 1);

            stage.registry.follow(List.of(other));
            assertThat(stage.registry.names()).contains("theirs").doesNotContain("mine");
            awaitSteps(stage, "theirs", 5);
            Files.writeString(other.resolve("late.js"), "late steps");
            awaitSteps(stage, "late", 1);

            stage.registry.follow(List.of(stage.policies, other));
            assertThat(stage.registry.names()).contains("theirs", "late", "mine");
            assertThat(stage.registry.folders()).containsExactly(stage.policies.toAbsolutePath(), other);
        }
    }

    @Test
    void theJournalNamesABrokenFileByItsWholePathAndAShippedPolicyByItsName() throws Exception {
        try (Stage stage = watched("bad")) {
            assertThat(stage.registry.policy(Stage.BROKEN)).isEmpty();
            stage.awaitJournal("policy", "cannot be loaded");
            JsonNode file = stage.journal("policy").getFirst();
            assertThat(file.path("path").asString())
                    .isEqualTo(stage.policies.toAbsolutePath().resolve("bad.js").toString());
            JsonNode shipped = stage.journal("policy").getLast();
            assertThat(shipped.path("policy").asString()).isEqualTo(Stage.BROKEN);
            assertThat(shipped.has("path")).isFalse();
        }
    }

    @Test
    void aBrokenFileLeavesTheOldOneRunningAndSaysSo() throws Exception {
        try (Stage stage = watched("mine steps")) {
            stage.write("mine.js", "mine steps and more");
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertThat(
                                    stage.status("mine").path("problem").asString(""))
                            .contains("mine.js:1: not a fake"));
            assertThat(stage.status("mine").path("state").asString()).isEqualTo("ok");
            stage.awaitJournal("policy", "not a fake");
            awaitSteps(stage, "mine", 1);

            stage.write("mine.js", "mine priorities");
            awaitSteps(stage, "mine", 5);
            assertThat(stage.status("mine").has("problem")).isFalse();
        }
    }

    @Test
    void writtenInPlaceBitByBit() throws Exception {
        try (Stage stage = watched("mine steps")) {
            Path file = stage.policies.resolve("mine.js");
            Files.writeString(file, "mine");
            Files.writeString(file, "mine prior");
            Files.writeString(file, "mine priorities");
            awaitSteps(stage, "mine", 5);
        }
    }

    @Test
    void aDeletedFilesPolicyIsGoneAndComesBackWithItsState() throws Exception {
        try (Stage stage = watched("mine count")) {
            stage.plan("mine");
            stage.plan("mine");
            Files.delete(stage.policies.resolve("mine.js"));
            await().atMost(Stage.SOON)
                    .untilAsserted(
                            () -> assertThat(stage.registry.named("mine")).isNull());
            assertThat(stage.plan("mine").policy()).isEqualTo("whole-file");
            stage.awaitJournal("policy", "\"removed\"");
            assertThat(stage.count(Counter.POLICY_FALLBACKS)).isPositive();

            Files.writeString(stage.policies.resolve("mine.js"), "mine count");
            await().atMost(Stage.SOON)
                    .untilAsserted(
                            () -> assertThat(stage.registry.named("mine")).isNotNull());
            Step.Prefetch step =
                    (Step.Prefetch) stage.plan("mine").steps().getFirst().step();
            assertThat(step.priority()).as("the third call").isEqualTo(3);
        }
    }

    @Test
    void aNewFileEnablesADisabledPolicy() throws Exception {
        try (Stage stage = watched("mine throw")) {
            for (int i = 0; i < 3; i++) {
                stage.plan("mine");
            }
            assertThat(stage.status("mine").path("state").asString()).isEqualTo("disabled");
            stage.write("mine.js", "mine steps");
            awaitSteps(stage, "mine", 1);
        }
    }

    @Test
    void namesAreUniqueAndShippedOnesTaken() throws Exception {
        try (Stage stage = watched("mine steps")) {
            stage.write("other.js", "mine priorities");
            stage.write("none.js", "none steps");
            stage.awaitState("other.js", "broken");
            stage.awaitState("none.js", "broken");
            assertThat(stage.status("other.js").path("lastFailure").asString())
                    .contains("other.js")
                    .contains("mine.js");
            assertThat(stage.status("none.js").path("lastFailure").asString()).contains("comes with nowake");
            awaitSteps(stage, "mine", 1);

            Files.delete(stage.policies.resolve("mine.js"));
            awaitSteps(stage, "mine", 5);
        }
    }

    @Test
    void whatEditorsLeaveIsNoPolicy() throws Exception {
        try (Stage stage = watched("mine steps")) {
            for (String name :
                    new String[] {".mine.js.swp", "mine.js~", "#mine.js#", ".#mine.js", "4913", "mine.jsx"}) {
                Files.writeString(stage.policies.resolve(name), "not a policy at all");
            }
            Files.createDirectory(stage.policies.resolve("folder.js"));
            Files.createSymbolicLink(stage.policies.resolve("dead.js"), Path.of("nowhere"));
            stage.write("last.js", "last steps");
            awaitSteps(stage, "last", 1);
            assertThat(stage.registry.problems()).isEmpty();
        }
    }

    @Test
    void linksAreFollowedAndSwitched() throws Exception {
        Files.createDirectory(folder.resolve("v1"));
        Files.createDirectory(folder.resolve("v2"));
        Files.writeString(folder.resolve("v1/mine.js"), "mine steps");
        Files.writeString(folder.resolve("v2/mine.js"), "mine priorities");
        try (Stage stage = watched()) {
            Path data = Files.createSymbolicLink(stage.policies.resolve("..data"), folder.resolve("v1"));
            Files.createSymbolicLink(stage.policies.resolve("mine.js"), Path.of("..data/mine.js"));
            awaitSteps(stage, "mine", 1);
            Path next = Files.createSymbolicLink(stage.policies.resolve("..next"), folder.resolve("v2"));
            Files.move(next, data, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            awaitSteps(stage, "mine", 5);
        }
    }

    @Test
    void aFolderThatComesLaterIsSeen() throws Exception {
        try (Stage stage = new Stage(folder)) {
            Files.delete(stage.policies);
            stage.registry.watch();
            Files.createDirectory(stage.policies);
            Files.writeString(stage.policies.resolve("mine.js"), "mine steps");
            awaitSteps(stage, "mine", 1);
            Files.delete(stage.policies.resolve("mine.js"));
            Files.delete(stage.policies);
            await().atMost(Stage.SOON)
                    .untilAsserted(
                            () -> assertThat(stage.registry.named("mine")).isNull());
        }
    }

    @Test
    void whatItImportsCounts() throws Exception {
        try (Stage stage = watched()) {
            stage.write("lib.mjs", "mine steps");
            stage.write("mine.js", "import lib.mjs");
            awaitSteps(stage, "mine", 1);
            stage.write("lib.mjs", "mine priorities");
            awaitSteps(stage, "mine", 5);
            assertThat(stage.count(Counter.POLICIES_LOADED))
                    .as("once each time")
                    .isEqualTo(2);
        }
    }

    @Test
    void severalOfOneFileComeAndGoTogether() throws Exception {
        try (Stage stage = watched()) {
            stage.write("two.js", "one steps\ntwo priorities");
            awaitSteps(stage, "two", 5);
            awaitSteps(stage, "one", 1);
            stage.write("two.js", "two steps\nthree steps");
            awaitSteps(stage, "three", 1);
            awaitSteps(stage, "two", 1);
            assertThat(stage.registry.named("one")).isNull();
        }
    }

    @Test
    void aPolicyUnderLoadIsSwappedBetweenTwoCalls() throws Exception {
        try (Stage stage = watched("mine steps")) {
            for (int swap = 0; swap < 4; swap++) {
                stage.write("mine.js", swap % 2 == 0 ? "mine priorities" : "mine steps");
                int wanted = swap % 2 == 0 ? 5 : 1;
                await().pollInterval(Duration.ofMillis(1)).atMost(Stage.SOON).untilAsserted(() -> {
                    Plan plan = stage.plan("mine");
                    assertThat(plan.policy()).isEqualTo("mine");
                    assertThat(plan.steps()).hasSize(wanted);
                });
            }
            assertThat(stage.count(Counter.POLICY_ERRORS)).isZero();
        }
    }
}
