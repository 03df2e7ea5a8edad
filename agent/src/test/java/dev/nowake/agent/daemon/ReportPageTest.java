package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.report.Browser;
import dev.nowake.agent.report.Facts;
import dev.nowake.agent.report.LoadStory;
import dev.nowake.agent.report.Page;
import dev.nowake.agent.report.PageChecks;
import dev.nowake.agent.report.Stories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** From a load on a real kernel, by the journal, to a page in a real browser. */
@Tag("kernel")
final class ReportPageTest {
    private static final long TOTAL = 192 * Rig.MIB;

    private static List<LoadStory> load(Rig rig, Mode mode) throws Exception {
        List<Path> shards = rig.model("llama", TOTAL, 3);
        rig.start(mode);
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst()).act("read"); // and kept open: on a busy host a pause makes two loads of one
            for (Path shard : shards.subList(1, 3)) {
                reader.open(shard).act("read").act("close");
            }
            rig.awaitCounter("opens", 3);
            reader.act("close");
            rig.awaitLoadsDone(1);
        }
        await("the last sample")
                .atMost(Rig.SOON)
                .until(() -> rig.journal("sample").stream()
                        .anyMatch(line -> "done".equals(line.path("state").asString())));
        rig.stop();
        return Stories.last(rig.state.resolve("journal.jsonl")).loads();
    }

    private static long size(JsonNode begin) {
        return begin.path("sizeBytes").asLong();
    }

    @Test
    void thePageSaysWhatTheJournalSays() throws Exception {
        try (Rig rig = Rig.make();
                Browser browser = Browser.start()) {
            List<LoadStory> loads = load(rig, Mode.ENFORCE);
            Path page = Files.writeString(rig.folder.resolve("page.html"), Page.of(loads));
            JsonNode done = rig.journal("done").getLast();

            PageChecks.holds(browser, page);
            PageChecks.tells(browser, page, List.of("prefetch shard 0", "being read"));
            assertThat(browser.text("h2")).isEqualTo("llama");
            for (Map.Entry<String, String> row : Map.of(
                            "Size", "sizeBytes", "Prefetched, and landed", "prefetchedBytes", "Evicted", "evictedBytes")
                    .entrySet()) {
                assertThat(figure(browser, row.getKey()))
                        .as(row.getKey())
                        .isEqualTo(done.path(row.getValue()).asLong());
            }
            assertThat(browser.run("return document.querySelectorAll('.mini svg.plot').length")
                            .asInt())
                    .isEqualTo(3);
            assertThat(browser.run("return document.querySelectorAll('.happened li').length")
                            .asInt())
                    .isEqualTo(browser.run("return document.querySelectorAll('a.mark').length")
                            .asInt());
            picture(browser, page, "enforce");

            browser.scripts(false);
            browser.open(page, 360, false);
            browser.scripts(true);
            assertThat(browser.run("return document.querySelectorAll('.happened li').length")
                            .asInt())
                    .as("without script")
                    .isPositive();
            assertThat(browser.run("return getComputedStyle(document.querySelector('.detail')).display")
                            .asString())
                    .isEqualTo("none");
        }
    }

    /** Bytes as the table has them, in full. */
    private static long figure(Browser browser, String row) throws Exception {
        String cell = browser.run(
                        "return [...document.querySelectorAll('.facts tr')].find(r =>"
                                + " r.querySelector('th').textContent === arguments[0])?.querySelector('td').textContent",
                        row)
                .asString("");
        assertThat(cell).as(row).matches(".*\\(.* B\\)");
        return Long.parseLong(cell.replaceAll(".*\\((.*) B\\)", "$1").replaceAll("\\D", ""));
    }

    @Test
    void inObserveModeItSaysThatNothingWasDone() throws Exception {
        try (Rig rig = Rig.make();
                Browser browser = Browser.start()) {
            List<LoadStory> loads = load(rig, Mode.OBSERVE);
            Path page = Files.writeString(rig.folder.resolve("page.html"), Page.of(loads));

            PageChecks.holds(browser, page);
            assertThat(browser.text(".banner")).startsWith("Observe mode: nothing was done.");
            assertThat(browser.text("main")).contains("Would have prefetched").doesNotContain("Evicted");
            Facts facts = Facts.of(loads.getFirst());
            assertThat(facts.peakResidentBytes())
                    .isGreaterThanOrEqualTo(Rig.most(size(rig.journal("begin").getLast())));
            assertThat(facts.residentAfterBytes()).isGreaterThanOrEqualTo(Rig.most(facts.sizeBytes()));
            assertThat(facts.prefetchedBytes()).isZero();
            picture(browser, page, "observe");
        }
    }

    @Test
    void samplesFollowTheLoadAndEndWithIt() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", TOTAL, 2);
            rig.start(Mode.ENFORCE);
            rig.keeps(300, () -> assertThat(rig.journal("sample")).isEmpty());

            reader.open(shards.getFirst()).act("read");
            await("prefetch seen").atMost(Rig.SOON).until(() -> residentIn(rig) >= Rig.most(TOTAL));
            int written = rig.journal("sample").size();
            rig.keeps(
                    500,
                    () -> assertThat(rig.journal("sample").size())
                            .as("nothing moves")
                            .isLessThan(written + 4));
            reader.act("close");
            reader.kill();
            rig.awaitLoadsDone(1);
            await("the last sample").atMost(Rig.SOON).until(() -> residentIn(rig) == 0);

            List<JsonNode> samples = rig.journal("sample");
            assertThat(samples.getFirst().path("shards").size()).isEqualTo(2);
            assertThat(samples.getLast().path("state").asString()).isEqualTo("done");
            assertThat(samples).allSatisfy(sample -> {
                assertThat(sample.path("nodes").path(0).path("freeBytes").asLong())
                        .isPositive();
                assertThat(sample.path("nodes").path(0).path("lowBytes").asLong())
                        .isPositive();
                assertThat(sample.path("load").asLong()).isEqualTo(1);
            });
        }
    }

    /** By the samples so far. */
    private static long residentIn(Rig rig) {
        long[] resident = new long[2];
        for (JsonNode sample : rig.journal("sample")) {
            sample.path("shards")
                    .forEach(shard -> resident[shard.path("shard").asInt()] =
                            shard.path("residentBytes").asLong(0));
        }
        return resident[0] + resident[1];
    }

    @Test
    void allLoadsOfATimeAreOnOnePage() throws Exception {
        try (Rig rig = Rig.make()) {
            Instant before = Instant.now();
            load(rig, Mode.ENFORCE);
            List<LoadStory> loads =
                    Stories.since(rig.state.resolve("journal.jsonl"), before).loads();

            assertThat(loads).hasSize(1);
            assertThat(Stories.since(rig.state.resolve("journal.jsonl"), Instant.now())
                            .loads())
                    .isEmpty();
            assertThat(Stories.load(rig.state.resolve("journal.jsonl"), 2).loads())
                    .isEmpty();
        }
    }

    /** {@code -Dnowake.test.pictures=FOLDER}: for eyes. */
    private static void picture(Browser browser, Path page, String name) throws Exception {
        String folder = System.getProperty("nowake.test.pictures");
        if (folder != null) {
            browser.open(page, 360, false);
            browser.picture(Path.of(folder, name + "-phone.png"));
            browser.open(page, 1200, true);
            browser.picture(Path.of(folder, name + "-dark.png"));
        }
    }
}
