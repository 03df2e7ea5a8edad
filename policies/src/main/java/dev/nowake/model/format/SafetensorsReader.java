package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * safetensors: eight bytes of header length (little-endian), a JSON object {@code name -> {dtype, shape,
 * data_offsets}}, then the tensors' bytes. Shapes and types are not looked at: only bytes matter here.
 */
public final class SafetensorsReader {
    /** The limit of the reference implementation; a header above it cannot be loaded by anybody. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    static final int LENGTH_BYTES = 8;

    private static final int READ_BYTES = 64 << 10;

    private SafetensorsReader() {}

    public static Layout read(ByteSource source) throws IOException, HostileModelException {
        long sizeBytes = source.sizeBytes();
        long headerBytes = headerLength(source, sizeBytes);
        long dataStart = LENGTH_BYTES + headerBytes;
        TensorTable tensors = new TensorTable(dataStart, sizeBytes);
        HeaderBytes header = new HeaderBytes(source, LENGTH_BYTES, dataStart, READ_BYTES);
        HeaderJson.readObject(header, (name, value) -> {
            if (name.equals("__metadata__")) {
                value.skipChildren();
            } else {
                readTensor(name, value, dataStart, tensors);
            }
        });
        return new Layout(Format.SAFETENSORS, tensors.inFileOrder(), dataStart, tensors.count());
    }

    private static long headerLength(ByteSource source, long sizeBytes) throws IOException, HostileModelException {
        if (sizeBytes < LENGTH_BYTES + 2) {
            throw new HostileModelException("a safetensors file of " + sizeBytes + " bytes has no header");
        }
        ByteBuffer start = HeaderBytes.readFully(source, 0, LENGTH_BYTES);
        long headerBytes = start.getLong(0);
        if (isGitLfsPointer(start)) {
            throw new HostileModelException("a Git LFS pointer, not the weights: fetch the file first");
        }
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) {
            throw new HostileModelException("safetensors header length " + Long.toUnsignedString(headerBytes)
                    + "; it must be 2 to " + MAX_HEADER_BYTES + " bytes");
        }
        if (headerBytes > sizeBytes - LENGTH_BYTES) {
            throw new HostileModelException("truncated: a safetensors header of " + headerBytes + " bytes in a file of "
                    + sizeBytes + " bytes");
        }
        return headerBytes;
    }

    private static boolean isGitLfsPointer(ByteBuffer start) {
        return new String(start.array(), 0, LENGTH_BYTES, StandardCharsets.ISO_8859_1).equals("version ");
    }

    private static void readTensor(String name, JsonParser value, long dataStart, TensorTable tensors)
            throws HostileModelException {
        long[] offsets = {-1, -1};
        HeaderJson.members(value, (key, entry) -> {
            if (!key.equals("data_offsets")) {
                entry.skipChildren();
                return;
            }
            if (offsets[0] >= 0 || entry.currentToken() != JsonToken.START_ARRAY) {
                throw brokenOffsets(name);
            }
            offsets[0] = offset(name, entry);
            offsets[1] = offset(name, entry);
            if (entry.nextToken() != JsonToken.END_ARRAY) {
                throw brokenOffsets(name);
            }
        });
        if (offsets[0] < 0) {
            throw brokenOffsets(name);
        }
        tensors.add(name, dataStart + offsets[0], dataStart + offsets[1]);
    }

    private static long offset(String name, JsonParser entry) throws HostileModelException {
        if (entry.nextToken() != JsonToken.VALUE_NUMBER_INT) {
            throw brokenOffsets(name);
        }
        long offset = entry.getLongValue();
        // Far above any file, far below what could overflow when the header's length is added.
        if (offset < 0 || offset > Long.MAX_VALUE / 2) {
            throw brokenOffsets(name);
        }
        return offset;
    }

    private static HostileModelException brokenOffsets(String name) {
        return new HostileModelException("tensor " + Quoted.of(name) + " has no usable data_offsets [begin, end]");
    }
}
