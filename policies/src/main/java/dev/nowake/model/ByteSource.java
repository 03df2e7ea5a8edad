package dev.nowake.model;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file's bytes for a parser: bounded reads at an offset, nothing else. */
public interface ByteSource {
    long sizeBytes();

    /** Reads up to {@code target.remaining()} bytes at the offset; 0 at the end; may be short. */
    int read(long offsetBytes, ByteBuffer target) throws IOException;
}
