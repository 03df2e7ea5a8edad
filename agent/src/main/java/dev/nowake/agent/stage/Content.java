package dev.nowake.agent.stage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/** Compares what has been written with what was to be written, read back from the disk. */
final class Content {
    private Content() {}

    /** Null where the copy's content is right, else one line. {@code read} is told of bytes as they are read. */
    static String wrong(StageFile file, Path copy, ByteBuffer buffer, LongConsumer read) throws IOException {
        String written = hex(file, copy, buffer, read);
        if (file.digest() != null) {
            return written.equals(file.digest().hex())
                    ? null
                    : "its content is not what its name says (" + file.digest().algorithm() + " " + written + ")";
        }
        return written.equals(hex(file, file.source(), buffer, bytes -> {}))
                ? null
                : "the copy's content differs from the source's";
    }

    private static String hex(StageFile file, Path path, ByteBuffer buffer, LongConsumer read) throws IOException {
        MessageDigest digest = ContentDigest.start(file.digest(), file.sizeBytes());
        try (DataChannel channel = DataChannel.read(path)) {
            for (long at = 0; at < file.sizeBytes(); at += buffer.capacity()) {
                buffer.clear();
                channel.readFully(buffer, at);
                buffer.flip();
                int length = (int) Math.min(buffer.limit(), file.sizeBytes() - at); // a part file ends with its block
                digest.update(buffer.limit(length));
                read.accept(length);
            }
        }
        return ContentDigest.hex(digest);
    }
}
