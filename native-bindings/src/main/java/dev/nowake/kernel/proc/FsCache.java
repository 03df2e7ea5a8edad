package dev.nowake.kernel.proc;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Whether what network filesystems mounted with {@code fsc} read is kept on a local disk
 * (Documentation/filesystems/caching/cachefiles.rst).
 *
 * @param hasDevice {@code /dev/cachefiles} is there: the kernel can
 * @param isActive a cache is bound
 */
public record FsCache(boolean hasDevice, boolean isActive) {
    /** {@code /proc/fs/fscache/caches} (Linux 5.17) tells; before that, whether a process named cachefilesd runs. */
    public static FsCache read(Path root) {
        boolean device = Files.exists(root.resolve("dev/cachefiles"), LinkOption.NOFOLLOW_LINKS);
        Path caches = root.resolve("proc/fs/fscache/caches");
        boolean active = Files.exists(caches) ? hasActive(caches) : daemonRuns(root);
        return new FsCache(device, active);
    }

    /** {@code 00000001 2 1 2123 1 A default}: the state is an A. */
    private static boolean hasActive(Path caches) {
        for (String line : ProcFile.lines(caches)) {
            String[] words = ProcFile.words(line);
            if (words.length >= 6 && ProcFile.number(words[0], 16) >= 0 && words[5].equals("A")) {
                return true;
            }
        }
        return false;
    }

    private static boolean daemonRuns(Path root) {
        for (int pid : ProcessInfo.pids(root)) {
            boolean cachefilesd = ProcessInfo.read(root, pid)
                    .map(process -> process.command().equals("cachefilesd"))
                    .orElse(false);
            if (cachefilesd) {
                return true;
            }
        }
        return false;
    }
}
