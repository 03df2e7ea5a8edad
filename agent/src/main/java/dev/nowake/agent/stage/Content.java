package dev.nowake.agent.stage;

import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Compares what has been written with what was to be written, read back from the disk. */
final class Content {
    private Content() {}

    /** Reads a range back and compares it with its content. {@code content} holds the range from its start. */
    static void compare(DataChannel written, ByteRange range, ByteBuffer content, ByteBuffer part) throws IOException {
        boolean fits = written.blockBytes() <= part.capacity(); // NFS may have blocks of 1 MiB
        ByteBuffer back = fits ? part : DataChannel.buffer(written.blockBytes());
        for (long at = range.start(); at < range.end(); at += back.capacity()) {
            int length = (int) Math.min(back.capacity(), range.end() - at);
            back.clear().limit((int) PartFile.roundUp(length, written.blockBytes()));
            written.readFully(back, at);
            ByteBuffer expected = content.slice((int) (at - range.start()), length);
            if (back.position() < length || back.slice(0, length).mismatch(expected) >= 0) {
                throw new WrongContent("the copy's content differs from the source's");
            }
        }
    }

    /** Reads a file back and compares it with what its name promises. */
    static void requirePromised(StageFile file, DataChannel written, ByteBuffer buffer, Tally tally)
            throws IOException {
        MessageDigest digest = ContentDigest.start(file.digest(), file.sizeBytes());
        for (long at = 0; at < file.sizeBytes(); at += buffer.capacity()) {
            buffer.clear();
            written.readFully(buffer, at);
            buffer.flip();
            int length = (int) Math.min(buffer.limit(), file.sizeBytes() - at); // a part file ends with its block
            digest.update(buffer.limit(length));
            tally.done(length);
        }
        String hex = ContentDigest.hex(digest);
        if (!hex.equals(file.digest().hex())) {
            throw new WrongContent(
                    "its content is not what its name says (" + file.digest().algorithm() + " " + hex + ")");
        }
    }
}
