package dev.nowake.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoriesTest {
    @TempDir
    private Path folder;

    private List<String> models(JournalText journal, int number) throws IOException {
        Path file = journal.write(folder);
        return (number == 0 ? Stories.last(file) : Stories.load(file, number))
                .loads().stream().map(LoadStory::model).toList();
    }

    private Facts facts(JournalText journal) throws IOException {
        return Facts.of(Stories.last(journal.write(folder)).loads().getFirst());
    }

    @Test
    void figuresAreTheJournals() throws Exception {
        Facts facts = facts(new JournalText().load(7, "a", 0));

        assertThat(facts.load()).isEqualTo(7);
        assertThat(facts.sizeBytes()).isEqualTo(1_000_000);
        assertThat(facts.prefetchedBytes()).isEqualTo(900_000);
        assertThat(facts.evictedBytes()).isEqualTo(1_000_000);
        assertThat(facts.peakResidentBytes()).isEqualTo(1_000_000);
        assertThat(facts.residentAfterBytes()).isZero();
        assertThat(facts.readSeconds()).isEqualTo(1);
        assertThat(facts.bytesPerSecond()).isEqualTo(1e6);
        assertThat(facts.lowestFreeBytes()).isEqualTo(3_000_000);
        assertThat(facts.began()).isEqualTo(JournalText.BEGAN);
        assertThat(facts.ending()).isNull();
    }

    /** What a reader touched between the last look at it and its end was not seen. */
    @Test
    void ofWhatWasNotAllSeenThePageSaysAtLeast() throws Exception {
        JournalText partly = new JournalText().load(7, "a", 0);
        partly.line(2, "begin", "load", 8, "model", "b", "sizeBytes", 4_000_000_000L);
        partly.line(2, "open", "load", 8, "model", "b", "path", "/b", "shard", 0, "sizeBytes", 4_000_000_000L);
        partly.line(3, "close", "load", 8, "model", "b", "shard", 0);
        partly.line(3, "done", "load", 8, "model", "b", "readBytes", 1_000_000_000);
        List<LoadStory> loads = Stories.last(partly.write(folder)).loads();
        assertThat(FactTable.cards(Facts.of(loads.getLast())).toString()).contains("at least 1.00 GB/s");
        JournalText whole = new JournalText().load(7, "a", 0);
        assertThat(FactTable.cards(facts(whole)).toString()).doesNotContain("at least");
    }

    @Test
    void theLastLoadIsTheOneThatBeganLastAndOthersHaveNumbers() throws Exception {
        JournalText journal = new JournalText();
        journal.line(0, "begin", "load", 1, "model", "stays", "sizeBytes", 10); // a server that goes on
        journal.load(2, "b", 100).load(3, "c", 200);

        assertThat(models(journal, 0)).containsExactly("c");
        assertThat(models(journal, 3)).containsExactly("c");
        assertThat(models(journal, 2)).containsExactly("b");
        assertThat(models(journal, 1)).containsExactly("stays");
        assertThat(models(journal, 4)).isEmpty();
    }

    @Test
    void loadsOfOneNameAtOneTimeAreToldApart() throws Exception {
        JournalText journal = new JournalText();
        journal.sample(1, "same", 0, 0, 100, "loading").sample(2, "same", 0, 0.1, 200, "loading");
        journal.sample(1, "same", 0, 0.2, 300, "loading").sample(2, "same", 0, 0.3, 400, "loading");

        assertThat(Stories.since(journal.write(folder), JournalText.BEGAN.minusSeconds(1))
                        .loads())
                .extracting(story -> Facts.of(story).peakResidentBytes())
                .containsExactly(300L, 400L);
    }

    @Test
    void aDaemonThatWasKilledEndsItsLoads() throws Exception {
        JournalText journal = new JournalText();
        journal.sample(1, "a", 0, 0, 100, "loading").raw("{\"time\":\"2026-11-21T16:0");
        journal.line(9, "start", "run", "r2").line(10, "begin", "run", "r2", "load", 1, "model", "b");

        List<LoadStory> loads = Stories.since(journal.write(folder), JournalText.BEGAN.minusSeconds(1))
                .loads();
        assertThat(loads).extracting(LoadStory::model).containsExactly("a", "b");
        assertThat(Facts.of(loads.getFirst()).ending()).isEqualTo("the daemon ended first");
        assertThat(Facts.of(loads.getLast()).ending()).contains("journal ends");
    }

    @Test
    void aJournalFromBeforeThereWereNumbersIsReadByModel() throws Exception {
        JournalText journal = new JournalText();
        for (int i = 0; i < 2; i++) {
            journal.line(i * 60, "open", "model", "a", "shard", 0, "sizeBytes", 50, "mode", "observe");
            journal.line(i * 60 + 1, "close", "model", "a", "shard", 0);
            journal.line(i * 60 + 2, "forecast", "model", "a", "wouldPrefetchBytes", 40 + i, "wouldReleaseBytes", 50);
        }

        assertThat(models(journal, 0)).containsExactly("a");
        assertThat(facts(journal).wouldPrefetchBytes()).isEqualTo(41);
    }

    @Test
    void whatWasRotatedIsReadToo() throws Exception {
        Files.write(
                folder.resolve("journal-20261121T163005.123456Z.jsonl"),
                Files.readAllLines(new JournalText().load(1, "older", 0).write(folder)));
        JournalText newer = new JournalText().load(2, "newer", 60);

        assertThat(models(newer, 2)).containsExactly("newer");
        assertThat(models(newer, 1)).containsExactly("older");
    }

    /** Whoever can write to the file can write this. */
    @Test
    void absurdLinesCostThemselvesAlone() throws Exception {
        JournalText journal = new JournalText()
                .raw("")
                .raw("\0\0\0")
                .raw("[1]")
                .raw("nonsense")
                .raw("{\"kind\":3}");
        journal.raw(
                "{\"kind\":\"sample\",\"model\":\"x\",\"monotonicNanos\":-5,\"seconds\":1e300,\"shards\":\"no\",\"nodes\":7}");
        journal.raw(
                "{\"kind\":\"sample\",\"model\":\"x\",\"shards\":[1,null,{\"shard\":1e18},{\"shard\":-1,\"residentBytes\":1e99}]}");
        journal.raw("{\"kind\":\"plan\",\"model\":\"x\",\"steps\":{\"a\":1},\"refused\":9,\"mode\":[],\"policy\":{}}");
        journal.raw("{\"kind\":\"release\",\"model\":\"x\",\"refused\":{\"mapped\":\"many\"},\"evictedBytes\":-9}");
        journal.raw("{\"kind\":\"open\",\"model\":\"" + "y".repeat(100_000) + "\",\"shard\":2147483647000}");
        journal.load(3, "good", 10);

        List<LoadStory> loads = Stories.last(journal.write(folder)).loads();
        assertThat(loads).extracting(LoadStory::model).containsExactly("good");
        assertThat(Facts.of(loads.getFirst()).peakResidentBytes()).isEqualTo(1_000_000);
        String all = Page.of(Stories.since(folder.resolve("journal.jsonl"), java.time.Instant.EPOCH)
                .loads());
        assertThat(all)
                .contains(">good<")
                .doesNotContain("NaN")
                .doesNotContain("Infinity")
                .hasSizeLessThan(400_000);
    }

    @Test
    void ofManyLoadsTheOldestKeepTheirFiguresAlone() throws Exception {
        JournalText journal = new JournalText();
        for (int load = 1; load <= 60; load++) {
            journal.load(load, "m" + load, load * 100);
        }
        List<LoadStory> loads =
                Stories.since(journal.write(folder), JournalText.BEGAN, 500).loads();

        assertThat(loads).hasSize(60);
        assertThat(loads.stream().mapToInt(LoadStory::weight).sum()).isLessThanOrEqualTo(500);
        assertThat(loads.getFirst().isEmptied()).isTrue();
        assertThat(loads.getLast().isEmptied()).isFalse();
        assertThat(Page.of(loads)).contains("60 loads").contains("The last 50 are drawn below.");
    }

    @Test
    void whereNothingMovedTheLineIsFlatAndTimeIsCut() throws Exception {
        JournalText journal =
                new JournalText().sample(1, "a", 0, 0, 0, "loading").sample(1, "a", 0, 1, 900, "loading");
        journal.line(
                86_400,
                "sample",
                "load",
                1,
                "model",
                "a",
                "seconds",
                86_400.0,
                "stillSeconds",
                86_399.0,
                "state",
                "done",
                "shards",
                List.of(Map.of("shard", 0, "residentBytes", 0)));
        LoadStory story = Stories.last(journal.write(folder)).loads().getFirst();
        Timeline line = Timeline.of(story);

        assertThat(line.seconds).containsExactly(0, 1, 86_399, 86_400);
        assertThat(line.totalResident).containsExactly(0, 900, 900, 0);
        TimeScale time = TimeScale.of(line.movingSeconds());
        assertThat(time.gaps()).hasSize(1);
        assertThat(time.place(1)).isGreaterThan(0.8);
        assertThat(time.place(86_400)).isCloseTo(1, within(1e-9));
        assertThat(Page.of(List.of(story))).contains("Cut out: 24.0 h");
    }
}
