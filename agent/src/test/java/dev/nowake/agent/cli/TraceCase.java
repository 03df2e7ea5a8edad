package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cold model of two files, and tracepoints to record what happens to it. */
@Tag("kernel")
@Timeout(120)
abstract class TraceCase {
    static final int MIB = ModelFiles.MIB;

    static final int SIZE = 16 * MIB;

    @TempDir
    Path folder;

    final LinuxKernel kernel = LinuxKernel.open(Binding.FFM);

    Path tracefs;

    private boolean mounted;

    Path first;

    Path second;

    Path trace;

    @BeforeEach
    void aColdModelAndEvents() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "needs root");
        tracefs = MountInfo.read().mounts().stream()
                .filter(mount -> mount.fsType().equals("tracefs"))
                .map(mount -> mount.mountPoint())
                .findFirst()
                .orElse(null);
        if (tracefs == null) {
            tracefs = Files.createDirectory(folder.resolve("tracefs"));
            mounted = run("mount", "-t", "tracefs", "nodev", tracefs.toString()) == 0;
            assumeTrue(mounted, "no tracefs");
        }
        assumeTrue(Files.exists(tracefs.resolve("events/filemap/mm_filemap_get_pages")), "an older kernel");
        Path models = Files.createDirectory(folder.resolve("models"));
        first = ModelFiles.safetensors(models.resolve("model-00001-of-00002.safetensors"), SIZE, 5);
        second = ModelFiles.safetensors(models.resolve("model-00002-of-00002.safetensors"), SIZE, 3);
        trace = folder.resolve("load.trace");
        evict();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "-l", tracefs.toString()); // a daemon or recorder elsewhere on this host may use it
        }
    }

    static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    void evict() throws IOException {
        assertThat(CliRun.real("evict", "--wait", "20", first.toString(), second.toString())
                        .exit())
                .isZero();
        assertThat(resident(first, 0, SIZE) + resident(second, 0, SIZE)).isZero();
    }

    long resident(Path path, long offset, long length) throws IOException {
        try (OpenFile file = kernel.files().open(path)) {
            return kernel.pageCache().residency(file, offset, length).residentBytes();
        }
    }

    /** Reads so many MiB from an offset in MiB, by one process that does nothing else. */
    static String read(Path path, int offset, int count) {
        return "dd if=" + path + " of=/dev/null bs=1M skip=" + offset + " count=" + count + " status=none";
    }

    String[] record(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "trace",
                "record",
                "--output",
                "json",
                "-o",
                trace.toString(),
                "--root",
                first.getParent().toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    String outOfOrder() {
        return read(second, 8, 1) + "; " + read(second, 2, 1) + "; " + read(first, 3, 5);
    }
}
