package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** The events of one read(2), as fanotify(7) lays them out: metadata, then records of information;
 * aligned to 4 bytes only. */
final class EventBuffer {
    static final int METADATA_BYTES = 24;

    private static final int VERSION = 3;
    private static final int MIN_NAME_RECORD_BYTES = 20;
    private static final byte INFO_DFID_NAME = 2;
    private static final byte INFO_DFID = 3;
    private static final byte INFO_PIDFD = 4;

    /** The folder itself, as the kernel writes it. */
    private static final byte[] SELF = {'.'};

    private final MemorySegment memory;
    private final IntConsumer closer;

    EventBuffer(MemorySegment memory, IntConsumer closer) {
        this.memory = memory;
        this.closer = closer;
    }

    long address() {
        return memory.address();
    }

    long sizeBytes() {
        return memory.byteSize();
    }

    /**
     * Hands out the events in the first {@code lengthBytes}. Every descriptor in them is closed or handed over, even if
     * the sink throws.
     *
     * @throws KernelException EINVAL where the bytes are no events
     */
    int deliver(int lengthBytes, Consumer<FileEvent> sink) throws KernelException {
        int delivered = 0;
        int at = 0;
        try {
            while (at < lengthBytes) {
                int eventBytes = checkedLength(at, lengthBytes);
                int start = at;
                at += eventBytes;
                try (FileEvent event = decode(start, eventBytes)) {
                    sink.accept(event);
                }
                delivered++;
            }
            return delivered;
        } finally {
            closeRest(at, lengthBytes);
        }
    }

    private int checkedLength(int at, int end) throws KernelException {
        if (!isWhole(at, end)) {
            throw new KernelException("read of fanotify events", Errno.EINVAL);
        }
        return memory.get(JAVA_INT_UNALIGNED, at);
    }

    private boolean isWhole(int at, int end) {
        if (end - at < METADATA_BYTES) {
            return false;
        }
        int eventBytes = memory.get(JAVA_INT_UNALIGNED, at);
        int metadataBytes = memory.get(JAVA_SHORT_UNALIGNED, at + 6L) & 0xffff;
        return eventBytes >= metadataBytes
                && eventBytes <= end - at
                && metadataBytes >= METADATA_BYTES
                && memory.get(JAVA_BYTE, at + 4L) == VERSION;
    }

    private void closeRest(int from, int end) {
        for (int at = from; isWhole(at, end); at += memory.get(JAVA_INT_UNALIGNED, at)) {
            decode(at, memory.get(JAVA_INT_UNALIGNED, at)).close();
        }
    }

    private FileEvent decode(int at, int eventBytes) {
        long mask = memory.get(JAVA_LONG_UNALIGNED, at + 8L);
        int fd = memory.get(JAVA_INT_UNALIGNED, at + 16L);
        int pid = memory.get(JAVA_INT_UNALIGNED, at + 20L);
        FolderHandle folder = null;
        byte[] name = null;
        OpenFile process = null;
        int end = at + eventBytes;
        int record = at + (memory.get(JAVA_SHORT_UNALIGNED, at + 6L) & 0xffff);
        while (end - record >= 4) {
            int recordBytes = memory.get(JAVA_SHORT_UNALIGNED, record + 2L) & 0xffff;
            if (recordBytes < 4 || recordBytes > end - record) {
                break; // nothing after this can be told apart
            }
            byte type = memory.get(JAVA_BYTE, record);
            if (type == INFO_PIDFD && recordBytes >= 8) {
                process = owned(memory.get(JAVA_INT_UNALIGNED, record + 4L));
            } else if ((type == INFO_DFID_NAME || type == INFO_DFID) && handleFits(record, recordBytes)) {
                folder = folder(record);
                name = type == INFO_DFID ? SELF.clone() : name(record, recordBytes);
            }
            record += recordBytes;
        }
        return new FileEvent(mask, pid, owned(fd), folder, name, process);
    }

    /** Null for FAN_NOFD and for the negative errno of a file that could not be opened. */
    private OpenFile owned(int fd) {
        return fd < 0 ? null : new OpenFile(fd, closer);
    }

    private boolean handleFits(int record, int recordBytes) {
        if (recordBytes < MIN_NAME_RECORD_BYTES) {
            return false;
        }
        int handleBytes = memory.get(JAVA_INT_UNALIGNED, record + 12L);
        return handleBytes >= 0 && handleBytes <= recordBytes - MIN_NAME_RECORD_BYTES;
    }

    /** Header (4), filesystem id (8), then struct file_handle: length (4), type (4), bytes. */
    private FolderHandle folder(int record) {
        int handleBytes = memory.get(JAVA_INT_UNALIGNED, record + 12L);
        byte[] handle = memory.asSlice(record + 20L, handleBytes).toArray(JAVA_BYTE);
        return new FolderHandle(
                memory.get(JAVA_LONG_UNALIGNED, record + 4L), memory.get(JAVA_INT_UNALIGNED, record + 16L), handle);
    }

    /** NUL-terminated after the handle, and padded with more. */
    private byte[] name(int record, int recordBytes) {
        int start = record + MIN_NAME_RECORD_BYTES + memory.get(JAVA_INT_UNALIGNED, record + 12L);
        int end = start;
        while (end < record + recordBytes && memory.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        return memory.asSlice(start, end - start).toArray(JAVA_BYTE);
    }
}
