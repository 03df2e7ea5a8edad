package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replays on the running kernel: what is recorded is what comes, in its order, and nothing else. */
@Tag("kernel")
@Timeout(120)
class ReplayKernelTest extends TraceCase {
    @Test
    void aReplayBringsWhatWasRecordedAndNoMoreThanReadAhead() throws Exception {
        CliRun.real(record("--", "sh", "-c", outOfOrder()));
        evict();
        CliRun replay = CliRun.real("trace", "replay", "--output", "json", trace.toString());
        assertThat(replay.exit()).as(replay.err()).isZero();
        assertThat(replay.json().propertyNames())
                .containsExactly(
                        "files", "requestedBytes", "landedBytes", "alreadyResidentBytes", "seconds", "mechanism");
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(7L * MIB);
        assertThat(resident(second, 8 * MIB, MIB)).isEqualTo(MIB);
        assertThat(resident(second, 2 * MIB, MIB)).isEqualTo(MIB);
        assertThat(resident(first, 3 * MIB, 5 * MIB)).isEqualTo(5 * MIB);
        assertThat(resident(second, 0, 2 * MIB))
                .as("in front of all that was read")
                .isZero();
    }

    /**
     * The kernel's own record of what came into page cache is in the trace's order, and the window is kept. Backwards:
     * read-ahead of one piece cannot bring the next.
     */
    @Test
    void evictingBehindKeepsTheOrderAndTheWindow() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int each = 7; each >= 0; each--) {
            lines.append(second + " " + each * 2L * MIB + " " + 2L * MIB + " 0\n");
        }
        Files.writeString(trace, lines);
        Path instance = Files.createDirectory(
                tracefs.resolve("instances/test-" + ProcessHandle.current().pid()));
        CliRun replay;
        List<Long> came = new ArrayList<>();
        try {
            Path event = instance.resolve("events/filemap/mm_filemap_add_to_page_cache");
            long inode = (Long) Files.getAttribute(second, "unix:ino");
            // what else the host reads would push these events out of the buffer
            Files.writeString(event.resolve("filter"), "i_ino == " + inode);
            Files.writeString(event.resolve("enable"), "1");
            replay = CliRun.real(
                    "trace", "replay", "--evict-behind", "--window", "8MiB", "--output", "json", trace.toString());
            Files.writeString(instance.resolve("tracing_on"), "0");
            String ofSecond = " ino " + Long.toHexString(inode) + " ";
            try (Stream<String> events = Files.lines(instance.resolve("trace"), StandardCharsets.ISO_8859_1)) {
                events.filter(line -> line.contains(ofSecond)).forEach(line -> {
                    long chunk = Long.parseLong(line.replaceAll(".* ofs=(\\d+).*", "$1")) / (2L * MIB);
                    if (!came.contains(chunk)) {
                        came.add(chunk);
                    }
                });
            }
        } finally {
            Files.delete(instance);
        }
        assertThat(replay.exit()).as(replay.err()).isZero();
        assertThat(replay.err()).contains("only sizes were looked at");
        assertThat(came).containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L, 0L);
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(SIZE);
        assertThat(replay.json().get("evictedBytes").asLong()).isGreaterThanOrEqualTo(SIZE - 8L * MIB);
        assertThat(resident(second, 0, SIZE)).isLessThanOrEqualTo(8L * MIB);
        assertThat(resident(second, 0, 2 * MIB)).as("the last stays").isEqualTo(2L * MIB);
    }

    @Test
    void pagesThatWereThereStay() throws Exception {
        assertThat(run("dd", "if=" + second, "of=/dev/null", "bs=4k", "count=1", "status=none"))
                .isZero();
        long before = resident(second, 0, SIZE);
        assertThat(before).isBetween(4096L, 4L * MIB);
        Files.writeString(trace, second + " 0 " + SIZE + " 0\n");
        CliRun.real("trace", "replay", "--evict-behind", "--window", "8MiB", trace.toString());
        assertThat(resident(second, 0, before)).isEqualTo(before);
        assertThat(resident(second, 0, SIZE)).isLessThanOrEqualTo(before + 8L * MIB);
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        CliRun.real(record("--", "sh", "-c", outOfOrder()));
        evict();
        FileTime before = Files.getLastModifiedTime(first);
        Files.setLastModifiedTime(first, FileTime.fromMillis(before.toMillis() + 1000));
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(
                        ExitCode.FAILED, "other_version", first + ": not the file that was recorded: it was modified");
        assertThat(resident(second, 0, SIZE)).as("nothing was begun").isZero();
        Files.setLastModifiedTime(first, before);
        Files.writeString(first, "x", java.nio.file.StandardOpenOption.APPEND);
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(ExitCode.FAILED, "other_version", "its size was " + SIZE + " bytes and is " + (SIZE + 1));
        Files.delete(first);
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(ExitCode.FAILED, "not_found", first.toString());
    }

    @Test
    void whatMaioReadsIsReplayedToo() throws Exception {
        CliRun.real(record("--format", "maio", "--", "sh", "-c", outOfOrder()));
        assertThat(Files.readAllLines(trace))
                .hasSize(3)
                .first()
                .asString()
                .startsWith(second + " " + 8 * MIB + " " + MIB);
        evict();
        CliRun replay = CliRun.real("trace", "replay", "--output", "json", trace.toString());
        assertThat(replay.err()).as("identity stands behind the four words").isEmpty();
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(7L * MIB);
    }
}
