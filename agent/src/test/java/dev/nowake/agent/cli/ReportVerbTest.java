package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.report.JournalText;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class ReportVerbTest {
    @TempDir
    private Path folder;

    private Path out;

    @BeforeEach
    void twoLoads() throws Exception {
        out = folder.resolve("out.html");
        new JournalText().load(1, "first", 0).load(2, "second", 3600).write(folder);
    }

    private CliRun report(String... more) {
        return CliRun.real(java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("report", "--state-dir", folder.toString()),
                        java.util.Arrays.stream(more))
                .toArray(String[]::new));
    }

    private CliRun fails(int exit, String word, String line, String... more) {
        String[] json = java.util.Arrays.copyOf(more, more.length + 2);
        json[more.length] = "--output";
        json[more.length + 1] = "json";
        return report(json).failedWith(exit, word, line);
    }

    @Test
    void aLinkOfAnotherUsersLeadsNowhere() throws Exception {
        Path others = Files.createFile(folder.resolve("others"));
        Files.createSymbolicLink(out, others);
        Files.setAttribute(out, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);

        fails(2, "usage", out + " is a link that another user made; name the file itself", "--out", out.toString());

        assertThat(others).isEmptyFile();
        Files.setAttribute(out, "unix:uid", 0, LinkOption.NOFOLLOW_LINKS);
        assertThat(report("--out", out.toString()).exit()).as("root's own").isZero();
        assertThat(others).content().contains("<h2>second</h2>");
    }

    @Test
    void theLastLoadIsDrawnAndOthersOnDemand() throws Exception {
        CliRun run = report("--out", out.toString());

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo(out + ": one load, of second\n");
        assertThat(Files.readString(out)).startsWith("<!doctype html>").contains("<h2>second</h2>");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .as("as this user's files are")
                .isEqualTo(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(Files.createFile(folder.resolve("any")))));
        Files.delete(folder.resolve("any"));
        assertThat(report("--out", out.toString(), "--load", "1").exit())
                .as("an earlier report gives way")
                .isZero();
        assertThat(Files.readString(out)).contains("<h2>first</h2>").doesNotContain("<h2>second</h2>");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("journal.jsonl", "out.html");
        }
    }

    @Test
    void allLoadsOfATimeAreOnOnePage() throws Exception {
        assertThat(report("--since", "2026-11-21T15:00:00Z", "--out", out.toString())
                        .out())
                .endsWith(": 2 loads\n");
        assertThat(Files.readString(out)).contains("<h2>2 loads</h2>", "<h2>first</h2>", "<h2>second</h2>");
        assertThat(report("--since", "2026-11-21 16:30:00", "--out", out.toString())
                        .out())
                .endsWith(": one load, of second\n");
    }

    @Test
    void figuresForPrograms() throws Exception {
        JsonNode loads =
                report("--since", "2026-11-21", "--output", "json").json().path("loads");

        assertThat(loads.size()).isEqualTo(2);
        assertThat(loads.path(0).path("model").asString()).isEqualTo("first");
        assertThat(loads.path(0).path("prefetchedBytes").asLong()).isEqualTo(900_000);
        assertThat(loads.path(0).path("peakResidentBytes").asLong()).isEqualTo(1_000_000);
        assertThat(loads.path(0).path("wastedBytes").isNull()).isTrue();
        assertThat(loads.path(0).path("began").asString()).isEqualTo(JournalText.BEGAN.toString());
    }

    @Test
    void standardOutputHasThePageAndNothingElse() {
        CliRun run = report("--out", "-");
        assertThat(run.out()).startsWith("<!doctype html>").endsWith("</html>\n");
        assertThat(run.err()).isEmpty();
        fails(2, "usage", "leave one out", "--out", "-");
    }

    @Test
    void whatIsNoReportIsNotOverwritten() throws Exception {
        Files.writeString(out, "my thesis");
        fails(2, "usage", "--force overwrites it", "--out", out.toString());
        assertThat(out).hasContent("my thesis");
        assertThat(report("--out", out.toString(), "--force").exit()).isZero();
        assertThat(Files.readString(out)).startsWith("<!doctype html>");

        Path link = Files.createSymbolicLink(folder.resolve("link.html"), out);
        assertThat(report("--out", link.toString(), "--load", "1").exit()).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Files.readString(out)).contains("<h2>first</h2>");
        fails(2, "usage", "is a folder", "--out", folder.toString());
        fails(
                2,
                "usage",
                "no such folder",
                "--out",
                folder.resolve("no/such.html").toString());
    }

    @Test
    void wrongWishesGetOneLine() throws Exception {
        fails(2, "usage", "write 2h, 30m", "--since", "yesterday");
        fails(2, "usage", "not both", "--since", "2h", "--load", "1");
        fails(2, "usage", "nowake status shows the numbers", "--load", "0");
        fails(1, "no_such_load", "has no load 3", "--load", "3");
        fails(1, "no_such_load", "no load began since", "--since", Instant.now().toString());
        CliRun nowhere = report();
        assertThat(nowhere.exit()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--out FILE.html");
    }

    @Test
    void aJournalWithoutLoadsIsToldApartFromNoJournal() throws Exception {
        Path journal = folder.resolve("journal.jsonl");
        Files.write(journal, List.of());
        fails(1, "no_loads", "tells of no load yet");
        Files.writeString(journal, "dear diary,\ntoday\n");
        fails(1, "no_loads", "no journal of nowake: none of its 2 lines");
        Files.delete(journal);
        fails(1, "not_found", "no journal here");
        fails(
                1,
                "not_found",
                "no journal here",
                "--journal",
                folder.resolve("other.jsonl").toString());
    }
}
