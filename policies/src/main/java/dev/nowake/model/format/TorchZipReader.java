package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * torch.save since 1.6: a zip of stored entries, {@code <archive>/data.pkl} and one {@code <archive>/data/N} per
 * storage. Only the end of the file is read. A storage's bytes here begin with its local header (which a loader reads
 * too) and end where the next entry begins, so no header in the middle of a cold file needs a look.
 */
public final class TorchZipReader {
    private static final int CENTRAL = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int STORED = 0;
    private static final int ZIP64_EXTRA = 1;
    private static final int SATURATED = -1;

    /** 65,536 entries of the usual 60 to 120 bytes. */
    private static final long MAX_DIRECTORY_BYTES = 8L << 20;

    private static final int READ_BYTES = 64 << 10;
    private static final Pattern STORAGE = Pattern.compile("(?:.*/)?data/\\d{1,10}", Pattern.DOTALL);

    private record Entry(String name, int nameBytes, int method, long offsetBytes, long lengthBytes) {}

    private TorchZipReader() {}

    /** UNKNOWN for a zip that torch did not write. */
    public static Layout read(ByteSource source) throws IOException, HostileModelException {
        ZipEnd end = ZipEnd.find(source);
        if (end.directoryBytes() > MAX_DIRECTORY_BYTES) {
            throw new HostileModelException(
                    "a zip directory of " + end.directoryBytes() + " bytes; at most " + MAX_DIRECTORY_BYTES);
        }
        List<Entry> entries = new ArrayList<>();
        HeaderBytes directory = new HeaderBytes(source, end.directoryStart(), end.directoryEnd(), READ_BYTES);
        while (directory.remainingBytes() >= CENTRAL_BYTES) {
            if (entries.size() >= TensorTable.MAX_TENSORS) {
                throw new HostileModelException("a zip of more than " + TensorTable.MAX_TENSORS + " entries");
            }
            entries.add(readEntry(directory));
        }
        boolean torch = entries.stream()
                .anyMatch(e -> e.name().equals("data.pkl") || e.name().endsWith("/data.pkl"));
        return torch ? layout(entries, end.directoryStart(), source.sizeBytes()) : Layout.unknown();
    }

    private static Entry readEntry(HeaderBytes directory) throws IOException, HostileModelException {
        if (directory.readInt() != CENTRAL) {
            throw new HostileModelException("a broken zip directory at byte " + (directory.positionBytes() - 4));
        }
        directory.pass(6);
        int method = directory.readShort();
        directory.pass(8);
        int packed = directory.readInt();
        int unpacked = directory.readInt();
        int nameBytes = directory.readShort();
        int extraBytes = directory.readShort();
        int commentBytes = directory.readShort();
        directory.pass(8);
        int offset = directory.readInt();
        String name = directory.readText(nameBytes, TensorTable.MAX_NAME_CHARS);
        long[] wide = readZip64(directory, extraBytes, unpacked, packed, offset);
        directory.pass(commentBytes);
        return new Entry(name, nameBytes, method, wide[2], wide[1]);
    }

    /** Unpacked length, packed length and offset, from the extra field where 32 bits were not enough. */
    private static long[] readZip64(HeaderBytes directory, int extraBytes, int... narrow)
            throws IOException, HostileModelException {
        long[] wide = new long[narrow.length];
        for (int i = 0; i < narrow.length; i++) {
            wide[i] = Integer.toUnsignedLong(narrow[i]);
        }
        int left = extraBytes;
        while (left >= 4) {
            int kind = directory.readShort();
            int length = directory.readShort();
            left -= 4;
            if (length > left) {
                throw new HostileModelException("a broken extra field at byte " + directory.positionBytes());
            }
            left -= length;
            for (int i = 0; kind == ZIP64_EXTRA && i < narrow.length && length >= Long.BYTES; i++) {
                if (narrow[i] == SATURATED) {
                    wide[i] = directory.readLong();
                    length -= Long.BYTES;
                }
            }
            directory.pass(length);
        }
        directory.pass(left);
        return wide;
    }

    private static Layout layout(List<Entry> entries, long directoryStart, long sizeBytes)
            throws HostileModelException {
        entries.sort(Comparator.comparingLong(Entry::offsetBytes));
        TensorTable tensors = new TensorTable(0, Math.min(directoryStart, sizeBytes));
        long dataStart = directoryStart;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            long next = i + 1 < entries.size() ? entries.get(i + 1).offsetBytes() : directoryStart;
            checkFits(entry, next);
            if (entry.method() == STORED && STORAGE.matcher(entry.name()).matches()) {
                dataStart = Math.min(dataStart, entry.offsetBytes());
                tensors.add(entry.name(), entry.offsetBytes(), next);
            }
        }
        return new Layout(Format.TORCH_ZIP, tensors.inFileOrder(), dataStart, tensors.count());
    }

    private static void checkFits(Entry entry, long nextBytes) throws HostileModelException {
        long room = nextBytes - entry.offsetBytes() - LOCAL_BYTES - entry.nameBytes();
        if (entry.offsetBytes() < 0 || room < 0 || entry.lengthBytes() < 0 || entry.lengthBytes() > room) {
            throw new HostileModelException("zip entry " + Quoted.of(entry.name()) + " at "
                    + Long.toUnsignedString(entry.offsetBytes()) + " of "
                    + Long.toUnsignedString(entry.lengthBytes()) + " bytes overlaps what follows it");
        }
    }
}
