package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * GGUF versions 2 and 3, little- and big-endian: magic, counts, metadata, one record per tensor, then the tensors'
 * bytes from the next aligned offset. A tensor of a type that is not known here reaches to the next one.
 */
public final class GgufReader {
    /** The largest vocabularies and merge lists known take some 20 MB. */
    static final long MAX_HEADER_BYTES = 128L << 20;

    private static final int MAX_DIMENSIONS = 8;
    private static final int READ_BYTES = 64 << 10;

    /** A tensor before its end is known. */
    private record Entry(String name, long offsetBytes, long lengthBytes) {}

    private GgufReader() {}

    public static Layout read(ByteSource source) throws IOException, HostileModelException {
        return readHeader(source).layout();
    }

    public static GgufHeader readHeader(ByteSource source) throws IOException, HostileModelException {
        long sizeBytes = source.sizeBytes();
        HeaderBytes header = new HeaderBytes(source, 0, Math.min(sizeBytes, MAX_HEADER_BYTES), READ_BYTES);
        if (sizeBytes < 24 || header.readInt() != Magic.GGUF) {
            throw new HostileModelException("not a GGUF file: it does not begin with GGUF");
        }
        int version = readVersion(header);
        long tensorCount = header.readLong();
        if (tensorCount < 0 || tensorCount > TensorTable.MAX_TENSORS) {
            throw new HostileModelException(
                    Long.toUnsignedString(tensorCount) + " tensors; at most " + TensorTable.MAX_TENSORS + " can be");
        }
        GgufMetadata metadata = new GgufMetadata(header);
        metadata.read(header.readLong());
        List<Entry> entries = readEntries(header, (int) tensorCount);
        long alignment = metadata.alignmentBytes;
        long dataStart = (header.positionBytes() + alignment - 1) / alignment * alignment;
        Layout layout = layout(entries, dataStart, sizeBytes);
        return new GgufHeader(
                version,
                layout,
                (int) metadata.splitNumber,
                (int) metadata.splitCount,
                metadata.splitTensors,
                metadata.architecture);
    }

    private static int readVersion(HeaderBytes header) throws IOException, HostileModelException {
        int version = header.readInt();
        // The version is small: when its low half is empty, the file was written the other way round.
        if ((version & 0xffff) == 0) {
            header.order(ByteOrder.BIG_ENDIAN);
            version = Integer.reverseBytes(version);
        }
        if (version == 1) {
            throw new HostileModelException("GGUF version 1 is not read: convert the file to version 3");
        }
        if (version != 2 && version != 3) {
            throw new HostileModelException("GGUF version " + Integer.toUnsignedString(version) + " is not known");
        }
        return version;
    }

    private static List<Entry> readEntries(HeaderBytes header, int count) throws IOException, HostileModelException {
        List<Entry> entries = new ArrayList<>();
        long nameBytes = 0;
        for (int i = 0; i < count; i++) {
            String name = header.readText(header.readLong(), TensorTable.MAX_NAME_CHARS);
            nameBytes += name.length();
            if (nameBytes > TensorTable.MAX_NAME_CHARS_TOTAL) {
                throw new HostileModelException("tensor names are too long: " + Quoted.of(name));
            }
            long elements = readElements(header, name);
            GgmlType type = GgmlType.of(header.readInt());
            long length = type == null ? -1 : type.bytesOf(elements);
            if (type != null && length < 0) {
                throw new HostileModelException("tensor " + Quoted.of(name) + " has an impossible shape");
            }
            long offset = header.readLong();
            if (offset < 0) {
                throw new HostileModelException("tensor " + Quoted.of(name) + " lies at "
                        + Long.toUnsignedString(offset) + ", outside any file");
            }
            entries.add(new Entry(name, offset, length));
        }
        return entries;
    }

    private static long readElements(HeaderBytes header, String name) throws IOException, HostileModelException {
        int dimensions = header.readInt();
        if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
            throw new HostileModelException("tensor " + Quoted.of(name) + " has " + Integer.toUnsignedString(dimensions)
                    + " dimensions; at most " + MAX_DIMENSIONS + " can be");
        }
        long elements = 1;
        for (int i = 0; i < dimensions; i++) {
            long dimension = header.readLong();
            if (dimension < 0 || (dimension > 0 && elements > Long.MAX_VALUE / dimension)) {
                throw new HostileModelException("tensor " + Quoted.of(name) + " has an impossible shape");
            }
            elements *= dimension;
        }
        return elements;
    }

    private static Layout layout(List<Entry> entries, long dataStart, long sizeBytes) throws HostileModelException {
        entries.sort(Comparator.comparingLong(Entry::offsetBytes));
        TensorTable tensors = new TensorTable(Math.min(dataStart, sizeBytes), sizeBytes);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            long start = plus(dataStart, entry.offsetBytes());
            long end;
            if (entry.lengthBytes() >= 0) {
                end = plus(start, entry.lengthBytes());
            } else {
                end = i + 1 < entries.size()
                        ? plus(dataStart, entries.get(i + 1).offsetBytes())
                        : sizeBytes;
            }
            tensors.add(entry.name(), start, end);
        }
        return new Layout(Format.GGUF, tensors.inFileOrder(), Math.min(dataStart, sizeBytes), tensors.count());
    }

    /** Saturating: what would overflow lies outside the file, and is refused as such. */
    private static long plus(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
