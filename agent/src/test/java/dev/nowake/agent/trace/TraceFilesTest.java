package dev.nowake.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceException;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceFormat;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFilesTest {
    @TempDir
    private Path folder;

    private final TraceFiles files = new TraceFiles();

    private static Trace trace(String path, long lengthBytes) {
        return new Trace(
                TraceHeader.NONE,
                List.of(new TraceFile(TraceName.of(path), 1 << 20, 7)),
                List.of(new Access(0, 0, lengthBytes, 0, -1, -1)));
    }

    @Test
    void readsOnceAndAgainWhenItHasChanged() throws IOException, TraceException {
        Path path = folder.resolve("t");
        TraceFiles.write(path, trace("/m", 1), TraceFormat.JSON);
        Trace first = files.read(path.toString()).orElseThrow();
        assertThat(first).isEqualTo(trace("/m", 1));
        assertThat(files.read(path.toString()).orElseThrow()).isSameAs(first);
        TraceFiles.write(path, trace("/m", 1000), TraceFormat.MAIO);
        assertThat(files.read(path.toString()).orElseThrow().accesses())
                .isEqualTo(trace("/m", 1000).accesses());
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(path);
        }
    }

    @Test
    void brokenOnesSayWhy() throws IOException {
        Path path = Files.writeString(folder.resolve("t"), "/m 0 1 0\n/m 0 1 x\n");
        assertThat(files.read(path.toString())).isEmpty();
        assertThat(files.problem(path.toString())).isEqualTo(path + ": line 2: the node is no decimal number");
        assertThat(files.read("/nowhere")).isEmpty();
        assertThat(files.problem("/nowhere")).startsWith("/nowhere: cannot be read");
        assertThat(files.read("a\0b")).isEmpty();
        assertThat(files.problem(folder.toString())).endsWith("not a file");
        Files.writeString(path, "/m 0 1 0\n");
        assertThat(files.problem(path.toString())).as("mended").isNull();
    }

    @Test
    void whatCannotBeWrittenLeavesWhatWasThere() throws IOException {
        Path path = Files.writeString(folder.resolve("t"), "before");
        assertThatThrownBy(() -> TraceFiles.write(path, trace("/with space", 1), TraceFormat.MAIO))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("/with space: the maio format cannot hold a path with white space");
        assertThat(path).hasContent("before");
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactly(path);
        }
    }
}
