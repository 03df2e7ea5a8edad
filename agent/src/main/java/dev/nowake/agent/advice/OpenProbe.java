package dev.nowake.agent.advice;

import dev.nowake.agent.advice.MountLook.Opens;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What an open does to a file's pages on a FUSE mount. The kernel asks the server at each open and tells nobody what it said,
 * so it is tried: a small file is opened, its first page read, and the file opened once more.
 *
 * <p>It waits for the server like any reader, for ever where that hangs: call it where that harms nobody. At worst it costs
 * the pages of one file of at most 1 MiB, and that the server reads them again.
 */
public final class OpenProbe {
    /** A configuration or an index beside the weights, never these. */
    private static final long MOST_BYTES = 1 << 20;

    private static final long LEAST_BYTES = 1;

    /** Of folders' entries looked at: object stores list slowly. */
    private static final int MOST_ENTRIES = 2_000;

    private static final int PAGE = 4096;

    private OpenProbe() {}

    /**
     * What came of it.
     *
     * @param file that was opened; null where there was none
     * @param problem one line where nothing is known; else null
     */
    public record Seen(Opens opens, Path file, String problem) {}

    /** {@code folder}: below it a file is looked for, the nearest first. */
    public static Seen look(Kernel kernel, Path folder) {
        try {
            Path file = smallFile(folder).orElse(null);
            return file == null
                    ? new Seen(Opens.UNKNOWN, null, "no file of at most 1 MiB found to try it on")
                    : open(kernel, file);
        } catch (IOException failed) {
            return new Seen(Opens.UNKNOWN, null, "cannot be looked into: " + failed.getMessage());
        }
    }

    private static Seen open(Kernel kernel, Path path) throws KernelException {
        try (OpenFile first = kernel.files().open(path)) {
            FileStatus status = kernel.files().status(first);
            long length = Math.min(PAGE, status.sizeBytes());
            kernel.files().read(first, 0, ByteBuffer.allocateDirect((int) length), FileAccess.ReadMode.NORMAL);
            long read = kernel.pageCache().residency(first, 0, length).residentBytes();
            if (read < 0) {
                return new Seen(Opens.UNKNOWN, path, "what is resident is not told");
            }
            if (read == 0) {
                return new Seen(Opens.CACHE_NOTHING, path, null);
            }
            try (OpenFile second = kernel.files().open(path)) {
                boolean kept = !second.isClosed()
                        && kernel.pageCache().residency(first, 0, length).residentBytes() > 0;
                return new Seen(kept ? Opens.KEEP_PAGES : Opens.DROP_PAGES, path, null);
            }
        }
    }

    private static Optional<Path> smallFile(Path folder) throws IOException {
        if (isSmall(folder)) {
            return Optional.of(folder);
        }
        Deque<Path> folders = new ArrayDeque<>();
        folders.add(folder);
        int entries = 0;
        while (!folders.isEmpty()) {
            Path next = folders.poll();
            try (DirectoryStream<Path> listed = Files.newDirectoryStream(next)) {
                for (Path entry : listed) {
                    if (++entries > MOST_ENTRIES) {
                        return Optional.empty();
                    }
                    if (isSmall(entry)) {
                        return Optional.of(entry);
                    }
                    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                        folders.add(entry);
                    }
                }
            } catch (java.nio.file.DirectoryIteratorException | IOException unreadable) {
                if (next.equals(folder)) {
                    throw unreadable instanceof IOException io ? io : new IOException(unreadable.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isSmall(Path path) {
        try {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return seen.isRegularFile() && seen.size() >= LEAST_BYTES && seen.size() <= MOST_BYTES;
        } catch (IOException gone) {
            return false;
        }
    }
}
