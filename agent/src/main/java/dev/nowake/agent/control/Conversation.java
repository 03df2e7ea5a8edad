package dev.nowake.agent.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One client, from its connection to the end of its answer. Belongs to the serving thread. */
final class Conversation {
    /** A request is one short line; more is not one of ours. The longest path in base64 has 5.5 KiB. */
    private static final int MAX_REQUEST_BYTES = 16 << 10;

    private static final int FIRST_BYTES = 1 << 10;

    /** The JDK keeps a copy outside the heap, as large as the largest write of a thread. */
    private static final int WRITE_BYTES = 64 << 10;

    /** For the whole request, and for the whole answer: clients are programs on the same host. */
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private final SocketChannel channel;
    private SelectionKey key;
    private byte[] request = new byte[FIRST_BYTES];
    private int length;
    private ByteBuffer answer = ByteBuffer.allocate(0);
    private long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;

    Conversation(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel channel() {
        return channel;
    }

    SelectionKey key() {
        return key;
    }

    void key(SelectionKey registered) {
        key = registered;
    }

    /** For what is under way now: the request to come, or the answer to be taken. */
    long deadlineNanos() {
        return deadlineNanos;
    }

    /** What is to be answered: a line, or what there is when no more comes or it is too long; null when it is not there yet. */
    String read() throws IOException {
        while (length < MAX_REQUEST_BYTES) {
            if (length == request.length) {
                request = Arrays.copyOf(request, Math.min(MAX_REQUEST_BYTES, length * 2));
            }
            int read = channel.read(ByteBuffer.wrap(request, length, request.length - length));
            if (read < 0) {
                return take(length);
            }
            if (read == 0) {
                return null;
            }
            for (int i = length; i < length + read; i++) {
                if (request[i] == '\n') {
                    return take(i);
                }
            }
            length += read;
        }
        return take(length);
    }

    private String take(int end) {
        String line = new String(request, 0, end, StandardCharsets.UTF_8);
        request = new byte[0];
        return line;
    }

    void answer(byte[] bytes) {
        answer = ByteBuffer.wrap(bytes);
        deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    }

    long unreadBytes() {
        return answer.remaining();
    }

    /** Writes what the client takes now; returns whether that was all. */
    boolean write() throws IOException {
        int end = answer.limit();
        while (answer.position() < end) {
            answer.limit(Math.min(end, answer.position() + WRITE_BYTES));
            int written = channel.write(answer);
            answer.limit(end);
            if (written == 0) {
                return false;
            }
        }
        return true;
    }

    void close() {
        try {
            channel.close();
        } catch (IOException gone) {
            return; // so is the client
        }
    }
}
