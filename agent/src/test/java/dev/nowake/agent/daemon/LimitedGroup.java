package dev.nowake.agent.daemon;

import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.proc.CgroupMemory;
import dev.nowake.kernel.proc.MemoryGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A control group of a test's own that counts memory, of whichever version does so here. Below the hierarchy's top, so that
 * no limit of ours or of the build's is above it.
 */
final class LimitedGroup implements AutoCloseable {
    private final int version;
    private final Path folder;

    private LimitedGroup(int version, Path folder) {
        this.version = version;
        this.folder = folder;
    }

    /** Skips the test, with the reason, where no group can be made. */
    static LimitedGroup make(String name, long limitBytes) {
        MemoryGroup own = CgroupMemory.own(Path.of("/")).group();
        Assumptions.assumeTrue(own.problem().isEmpty(), own.problem());
        Path top = own.folders().getLast();
        Path folder = top.resolve(
                "nowake-test-" + name + "-" + ProcessHandle.current().pid());
        LimitedGroup group = new LimitedGroup(own.version(), folder);
        try {
            if (own.version() == 2) {
                Files.writeString(top.resolve("cgroup.subtree_control"), "+memory");
            }
            Files.createDirectory(folder);
            group.limit(limitBytes);
        } catch (IOException refused) {
            folder.toFile().delete();
            Assumptions.abort("no control group can be made here: " + refused);
        }
        return group;
    }

    void limit(long bytes) throws IOException {
        String all = version == 1 ? "-1" : "max";
        Files.writeString(
                folder.resolve(version == 1 ? "memory.limit_in_bytes" : "memory.max"),
                bytes == CgroupMemory.UNLIMITED ? all : Long.toString(bytes));
    }

    /** The words that run a program in this group. */
    List<String> command(List<String> words) {
        List<String> inside = new ArrayList<>(
                List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", folder.resolve("cgroup.procs") + ""));
        inside.addAll(words);
        return inside;
    }

    int version() {
        return version;
    }

    String path() {
        return "/" + folder.getFileName();
    }

    long chargedBytes() throws IOException {
        return number(version == 1 ? "memory.usage_in_bytes" : "memory.current");
    }

    /** The most that was ever charged. */
    long peakBytes() throws IOException {
        return number(version == 1 ? "memory.max_usage_in_bytes" : "memory.peak");
    }

    /** How often the limit was run into. */
    long hits() throws IOException {
        if (version == 1) {
            return number("memory.failcnt");
        }
        for (String line : Files.readAllLines(folder.resolve("memory.events"))) {
            if (line.startsWith("max ")) {
                return Long.parseLong(line.substring(4));
            }
        }
        throw new IOException("no max in memory.events");
    }

    private long number(String file) throws IOException {
        return Long.parseLong(Files.readString(folder.resolve(file)).strip());
    }

    /** What ran in it has ended, or is ended; a group is busy until its last process is reaped. */
    @Override
    public void close() throws IOException {
        List<CompletableFuture<ProcessHandle>> ending = new ArrayList<>();
        for (String pid : Files.readAllLines(folder.resolve("cgroup.procs"))) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
                process.destroyForcibly();
                ending.add(process.onExit());
            });
        }
        CompletableFuture.allOf(ending.toArray(CompletableFuture[]::new))
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        await(folder + " is free")
                .atMost(10, TimeUnit.SECONDS)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(() -> folder.toFile().delete() || !Files.exists(folder));
    }
}
