package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Follows links as path_resolution(7) says, but only on local filesystems: from the first name on that lies on any other, the
 * rest is taken as it is written. So no server is asked, and none that hangs can hold up whoever asks where a folder lies.
 */
public final class CarefulPath {
    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private CarefulPath() {}

    /**
     * The path with its links followed; what does not exist stays as it is written. A path through too many links comes back
     * as far as it got.
     */
    public static Path resolve(Path given, MountInfo mounts) {
        Path at = Path.of("/");
        Deque<Path> rest = new ArrayDeque<>();
        push(rest, given.toAbsolutePath());
        int links = 0;
        while (!rest.isEmpty()) {
            Path name = rest.pop();
            if (name.toString().equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            Path next = name.toString().equals(".") ? at : at.resolve(name);
            Path target = isLocal(next, mounts) && links < MOST_LINKS ? target(next) : null;
            if (target == null) {
                at = next;
            } else {
                links++;
                push(rest, target);
                at = target.isAbsolute() ? Path.of("/") : at;
            }
        }
        return at;
    }

    /** Whether a call on this path waits for no server, if no name above it is a link. */
    public static boolean isLocal(Path path, MountInfo mounts) {
        return mounts.byPath(path)
                .map(mount -> FsKind.of(mount) == FsKind.LOCAL)
                .orElse(true);
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException | UnsupportedOperationException | SecurityException noLink) {
            return null;
        }
    }

    private static void push(Deque<Path> rest, Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            if (!path.getName(i).toString().isEmpty()) {
                rest.push(path.getName(i));
            }
        }
    }
}
