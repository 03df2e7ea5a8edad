package dev.nowake.agent.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the verbs that talk to a running daemon. One connection at a time on one thread; a client that says nothing for
 * two seconds is dropped. The socket belongs to its owner alone.
 */
public final class ControlServer implements AutoCloseable {
    /** A request is one short line; more is not one of ours. */
    private static final int MAX_REQUEST_BYTES = 64 << 10;

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
        if (Files.exists(socket) && isAnswered(socket)) {
            throw new IOException("another nowake daemon answers on " + socket + ": stop it, or give another --socket");
        }
        Files.deleteIfExists(socket);
        if (socket.toAbsolutePath().getParent() != null) {
            Files.createDirectories(socket.toAbsolutePath().getParent());
        }
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException failed) {
            server.close();
            throw new IOException(
                    "cannot listen on " + socket + " (" + failed.getMessage() + "): give another --socket");
        }
        Thread.ofPlatform().name("nowake-control").daemon().start(this::serve);
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
            try (SocketChannel client = server.accept()) {
                converse(client);
            } catch (IOException gone) {
                if (!server.isOpen()) {
                    return;
                }
            } catch (RuntimeException | Error broken) {
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
            result = answer.apply(request);
        } catch (JacksonException | ClassCastException broken) {
            result = ControlError.of("usage", "not a request: one JSON object on one line");
        } catch (RuntimeException failed) {
            result = ControlError.of("failed", String.valueOf(failed.getMessage()));
        }
        return (json.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8);
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
