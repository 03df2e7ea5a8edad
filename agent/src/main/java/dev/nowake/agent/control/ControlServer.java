package dev.nowake.agent.control;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the verbs that talk to a running daemon. One connection at a time on one thread; a client that says nothing for
 * two seconds is dropped.
 *
 * <p>The socket belongs to its owner alone from its first moment: it is bound in a folder that only the owner can enter,
 * gets its permission bits there, and is then renamed into place. Bound in place it would be open to whomever the umask
 * allows until its bits are set, and whoever connects in between stays connected. A daemon killed between the two steps
 * leaves a hidden folder behind, which harms nobody.
 */
public final class ControlServer implements AutoCloseable {
    /** A request is one short line; more is not one of ours. */
    private static final int MAX_REQUEST_BYTES = 64 << 10;

    /** What the JDK takes: sun_path of unix(7) has 108 bytes, of which it leaves two. */
    private static final int MAX_PATH_BYTES = 106;

    private static final int TYPE_MASK = 0xF000;
    private static final int SOCKET_TYPE = 0xC000;

    /** Out of descriptors, accept fails at once and would spin; a client waits this long without noticing. */
    private static final long ACCEPT_PAUSE_NANOS = 50_000_000L;

    private static final Map<String, Object> NO_REQUEST =
            ControlError.of("usage", "not a request: one JSON object on one line");

    private final Path socket;
    private final ServerSocketChannel server;
    private final Function<Map<String, Object>, Object> answer;
    private volatile boolean closed;

    /**
     * Binds the socket. One left behind by a killed daemon is replaced; one that answers is another daemon's.
     *
     * @param answer a request's fields to a JSON value; what it throws becomes the answer's {@code error}
     * @throws IOException with one line that says what to do
     */
    public ControlServer(Path socket, Function<Map<String, Object>, Object> answer) throws IOException {
        this.socket = socket;
        this.answer = answer;
        requireFree(socket);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            bind(server, socket.toAbsolutePath());
        } catch (IOException failed) {
            server.close();
            throw new IOException("cannot listen on " + socket + " (" + reason(failed) + "): give another --socket");
        }
        Thread.ofPlatform().name("nowake-control").daemon().start(this::serve);
    }

    /** Whatever else stands there is somebody's: only a socket nobody answers on is replaced. */
    private static void requireFree(Path socket) throws IOException {
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

    private static void bind(ServerSocketChannel server, Path socket) throws IOException {
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
            server.bind(UnixDomainSocketAddress.of(bound));
            Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
            Files.move(bound, socket, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(bound);
            Files.delete(hidden);
        }
    }

    /** The JDK's message of a file system error is the path alone. */
    private static String reason(IOException failed) {
        boolean nameless = failed instanceof FileSystemException about && about.getReason() == null;
        return nameless ? failed.getClass().getSimpleName() : failed.getMessage();
    }

    private static boolean isAnswered(Path socket) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return probe.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    private void serve() {
        while (!closed) {
            SocketChannel client;
            try {
                client = server.accept();
            } catch (IOException failed) {
                if (!server.isOpen()) {
                    return;
                }
                LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
                continue;
            }
            try (client) {
                converse(client);
            } catch (IOException | RuntimeException | Error broken) {
                continue; // this client gets no answer, the next one may
            }
        }
    }

    private void converse(SocketChannel client) throws IOException {
        Thread watchdog =
                Thread.ofPlatform().name("nowake-control-limit").daemon().start(() -> closeAfter(client));
        try {
            byte[] reply = reply(readLine(client));
            ByteBuffer out = ByteBuffer.wrap(reply);
            while (out.hasRemaining()) {
                client.write(out);
            }
        } finally {
            watchdog.interrupt();
        }
    }

    private static void closeAfter(SocketChannel client) {
        try {
            Thread.sleep(2000);
            client.close();
        } catch (InterruptedException | IOException done) {
            Thread.currentThread().interrupt();
        }
    }

    private static String readLine(SocketChannel client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(MAX_REQUEST_BYTES);
        while (buffer.hasRemaining() && client.read(buffer) >= 0) {
            if (buffer.position() > 0 && buffer.get(buffer.position() - 1) == '\n') {
                break;
            }
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    private byte[] reply(String line) {
        JsonMapper json = JsonMapper.shared();
        Object result;
        try {
            @SuppressWarnings("unchecked")
            Map<String, Object> request = json.readValue(line, Map.class);
            result = request == null ? NO_REQUEST : answer.apply(request);
        } catch (JacksonException | ClassCastException broken) {
            result = NO_REQUEST;
        } catch (RuntimeException failed) {
            result = ControlError.of("failed", String.valueOf(failed.getMessage()));
        }
        try {
            return bytes(json.writeValueAsString(result));
        } catch (JacksonException unspeakable) {
            return bytes(json.writeValueAsString(ControlError.of("failed", "the answer is no JSON value")));
        }
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed = true;
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException gone) {
            return; // the socket file is replaced by the next daemon
        }
    }
}
