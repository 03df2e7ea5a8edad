package dev.nowake.agent.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Answers the verbs that talk to a running daemon: one JSON object on one line asked, one line answered, and the end. */
public final class ControlServer implements AutoCloseable {
    private static final Map<String, Object> NO_REQUEST =
            ControlError.of("usage", "not a request: one JSON object on one line");

    /** Makes answers, on several threads at once. */
    @FunctionalInterface
    public interface Answerer {
        /** @return a JSON value; what is thrown becomes the answer's {@code error} */
        Object answer(Map<String, Object> request, Caller caller);
    }

    private final Path socket;
    private final Answerer answerer;
    private final Conversations conversations;
    private volatile Access access;

    /** The same, for root and the daemon's own user alone. */
    public ControlServer(Path socket, Function<Map<String, Object>, Object> answer) throws IOException {
        this(socket, Access.OWNER_ALONE, (request, caller) -> answer.apply(request));
    }

    /**
     * Binds the socket. One left behind by a killed daemon is replaced; one that answers is another daemon's.
     *
     * @throws IOException with one line that says what to do
     */
    public ControlServer(Path socket, Access access, Answerer answerer) throws IOException {
        this.socket = socket;
        this.access = access;
        this.answerer = answerer;
        SocketFile.requireFree(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            SocketFile.bind(server, socket.toAbsolutePath(), access.socketGroup());
            conversations = new Conversations(server, this::reply);
        } catch (IOException failed) {
            server.close();
            throw new IOException(
                    "cannot listen on " + socket + " (" + SocketFile.reason(failed) + "): give another --socket");
        }
    }

    /** From now on these may talk to the daemon. The socket stays the same. */
    public void admit(Access others) throws IOException {
        SocketFile.give(socket, others.socketGroup());
        access = others;
    }

    private byte[] reply(String line, java.nio.channels.SocketChannel channel) {
        JsonMapper json = JsonMapper.shared();
        Object result;
        try {
            @SuppressWarnings("unchecked")
            Map<String, Object> request = json.readValue(line, Map.class);
            result = request == null ? NO_REQUEST : answerer.answer(request, new Peer(channel, access));
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
        conversations.close();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException gone) {
            return; // the socket file is replaced by the next daemon
        }
    }
}
