package dev.nowake.agent.control;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The socket in the file system. It belongs to whom it shall from its first moment: it is bound in a folder that only the
 * owner can enter, gets its group and permission bits there, and is then renamed into place. Bound in place it would be open
 * to whomever the umask allows until its bits are set, and whoever connects in between stays connected. A daemon killed
 * between the two steps leaves a hidden folder behind, which harms nobody.
 */
final class SocketFile {
    /** What the JDK takes: sun_path of unix(7) has 108 bytes, of which it leaves two. */
    private static final int MAX_PATH_BYTES = 106;

    private static final int TYPE_MASK = 0xF000;
    private static final int SOCKET_TYPE = 0xC000;

    /** Clients that wait in the kernel until they are accepted: what a cron job of every pod of a node starts at once. */
    private static final int BACKLOG = 1024;

    private SocketFile() {}

    /** Whatever else stands there is somebody's: only a socket nobody answers on is replaced. */
    static void requireFree(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (Integer) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & TYPE_MASK) != SOCKET_TYPE) {
            throw new IOException(socket + " is there and is no socket: give another --socket");
        }
        if (isAnswered(socket)) {
            throw new IOException("another nowake daemon answers on " + socket + ": stop it, or give another --socket");
        }
    }

    private static boolean isAnswered(Path socket) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return probe.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    static void bind(ServerSocketChannel server, Path socket, GroupPrincipal group) throws IOException {
        Path parent = Files.createDirectories(socket.getParent());
        Path hidden = parent.resolve(
                "." + Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36, 36 * 36 * 36), 36));
        Path bound = hidden.resolve("s");
        int longest = Math.max(PathBytes.of(socket).length, PathBytes.of(bound).length);
        if (longest > MAX_PATH_BYTES) {
            throw new IOException("its path has " + longest + " bytes, sockets allow " + MAX_PATH_BYTES);
        }
        Files.createDirectory(
                hidden, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            server.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
            give(bound, group);
            Files.move(bound, socket, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(bound);
            Files.delete(hidden);
        }
    }

    /** {@code group}: null for the owner alone. */
    static void give(Path socket, GroupPrincipal group) throws IOException {
        if (group != null) {
            Files.getFileAttributeView(socket, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(group);
        }
        Files.setPosixFilePermissions(
                socket, PosixFilePermissions.fromString(group == null ? "rw-------" : "rw-rw----"));
    }

    /** The JDK's message of a file system error is the path alone. */
    static String reason(IOException failed) {
        boolean nameless = failed instanceof FileSystemException about && about.getReason() == null;
        return nameless ? failed.getClass().getSimpleName() : failed.getMessage();
    }
}
