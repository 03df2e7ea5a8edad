package dev.nowake.agent.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running daemon. */
public final class ControlClient {
    private final Path socket;

    public ControlClient(Path socket) {
        this.socket = socket;
    }

    /** @throws IOException with one line that says what to do when no daemon answers */
    public JsonNode ask(Map<String, Object> request) throws IOException {
        JsonMapper json = JsonMapper.shared();
        byte[] reply;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap((json.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.shutdownOutput();
            reply = readAll(channel);
        } catch (IOException | IllegalArgumentException nobody) {
            throw new IOException(
                    "no daemon answers on " + socket + ": start one with 'nowake run', or give its --socket");
        }
        try {
            return json.readTree(reply);
        } catch (JacksonException broken) {
            throw new IOException("the daemon on " + socket + " gave no answer in time; try again");
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
