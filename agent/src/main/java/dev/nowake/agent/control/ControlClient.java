package dev.nowake.agent.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running daemon. Any thread. */
public final class ControlClient {
    /** A daemon answers within 1.5 s or says that it is too busy; one that is stopped or swapped out says nothing. */
    private static final long PATIENCE_MILLIS = 5000;

    private final Path socket;
    private final long patienceMillis;

    public ControlClient(Path socket) {
        this(socket, PATIENCE_MILLIS);
    }

    /** For what takes longer than an answer does. */
    public ControlClient(Path socket, long patienceMillis) {
        this.socket = socket;
        this.patienceMillis = patienceMillis;
    }

    /** @throws ControlException when no daemon answers, or this user may not ask */
    public JsonNode ask(Map<String, Object> request) throws ControlException {
        JsonMapper json = JsonMapper.shared();
        byte[] reply;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Thread watchdog =
                    Thread.ofPlatform().name("nowake-ask-limit").daemon().start(() -> closeLater(channel));
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                ByteBuffer line =
                        ByteBuffer.wrap((json.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                channel.shutdownOutput();
                reply = readAll(channel);
            } finally {
                watchdog.interrupt();
            }
        } catch (AsynchronousCloseException silent) {
            throw silent();
        } catch (IOException | IllegalArgumentException nobody) {
            throw isForbidden(nobody) ? forbidden() : nobody();
        }
        try {
            return json.readTree(reply);
        } catch (JacksonException broken) {
            throw silent();
        }
    }

    private ControlException silent() {
        return new ControlException("busy", "the daemon on " + socket + " gave no answer in time; try again");
    }

    private ControlException nobody() {
        return new ControlException(
                "no_daemon", "no daemon answers on " + socket + ": start one with 'nowake run', or give its --socket");
    }

    /** Which group it is can be read off the socket by whoever may see it. */
    private ControlException forbidden() {
        String group = "";
        try {
            String name = Files.readAttributes(socket, PosixFileAttributes.class)
                    .group()
                    .getName();
            group = Files.getPosixFilePermissions(socket).contains(PosixFilePermission.GROUP_WRITE)
                    ? ", or a member of group " + name
                    : "";
        } catch (IOException | UnsupportedOperationException hidden) {
            group = "";
        }
        return new ControlException(
                "not_permitted", "this user may not talk to the daemon on " + socket + ": be root" + group);
    }

    private boolean isForbidden(Exception failure) {
        boolean seen = Files.exists(socket) && !Files.isWritable(socket);
        return seen || String.valueOf(failure.getMessage()).contains("Permission denied");
    }

    private void closeLater(SocketChannel channel) {
        try {
            Thread.sleep(patienceMillis);
            channel.close();
        } catch (InterruptedException | IOException answered) {
            return; // closed by its owner
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
        while (channel.read(buffer) >= 0) {
            bytes.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        return bytes.toByteArray();
    }
}
