package dev.nowake.agent.trace;

import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the kernel's events are, and the instances that earlier recordings left there. */
record Tracefs(Path folder) {
    private static final String PREFIX = "nowake-";

    /** The first place it is mounted at; empty where it is not, or may not be looked into. */
    static Optional<Tracefs> find(MountInfo mounts) {
        for (Mount mount : mounts.mounts()) {
            Path folder = switch (mount.fsType()) {
                case "tracefs" -> mount.mountPoint();
                case "debugfs" -> mount.mountPoint().resolve("tracing");
                default -> null;
            };
            if (folder != null && Files.isReadable(folder.resolve("events/filemap/enable"))) {
                return Optional.of(new Tracefs(folder));
            }
        }
        return Optional.empty();
    }

    /** One that is named after this process, which nobody else has; {@code number} 0 for its first. */
    Path ownInstance(int number) {
        String name = PREFIX + ProcessHandle.current().pid();
        return folder.resolve("instances/" + (number == 0 ? name : name + "-" + number));
    }

    boolean hasEvent(String name) {
        return Files.exists(folder.resolve("events/filemap/mm_filemap_" + name));
    }

    /**
     * Removes the instances of recordings that were killed: their process is gone, or has begun after them.
     *
     * @return the names of those removed
     */
    List<String> removeStale() {
        List<String> removed = new ArrayList<>();
        try (DirectoryStream<Path> instances = Files.newDirectoryStream(folder.resolve("instances"), PREFIX + "*")) {
            for (Path instance : instances) {
                if (isStale(instance)) {
                    Files.delete(instance);
                    removed.add(instance.getFileName().toString());
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException left) {
            // Another recorder removes them too, or somebody reads one: the next recording tries again.
        }
        return removed;
    }

    private static boolean isStale(Path instance) throws IOException {
        long pid;
        boolean numbered;
        try {
            String[] numbers =
                    instance.getFileName().toString().substring(PREFIX.length()).split("-", 2);
            pid = Long.parseLong(numbers[0]);
            numbered = numbers.length > 1;
        } catch (NumberFormatException e) {
            return false;
        }
        if (pid == ProcessHandle.current().pid() && !numbered) {
            return true;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        Instant made = Files.getLastModifiedTime(instance).toInstant();
        // Start times are told in hundredths of a second since boot: a second is no doubt.
        return process.isEmpty()
                || process.get()
                        .info()
                        .startInstant()
                        .filter(start -> start.isAfter(made.plusSeconds(1)))
                        .isPresent();
    }
}
