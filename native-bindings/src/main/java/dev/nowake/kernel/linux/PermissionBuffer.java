package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Permission events of one read(2): metadata, and with FAN_PRE_ACCESS a struct fanotify_event_info_range. */
final class PermissionBuffer {
    /** Metadata and a range. */
    static final int EVENT_BYTES = 48;

    private static final int METADATA_BYTES = 24;
    private static final int RANGE_BYTES = 24;
    private static final int VERSION = 3;
    private static final byte INFO_RANGE = 6;

    /** One event, undecoded names left out. */
    interface Sink {
        void event(long mask, int fd, int pid, long offsetBytes, long lengthBytes);
    }

    private final MemorySegment memory;

    PermissionBuffer(int events) {
        memory = Arena.ofAuto().allocate((long) events * EVENT_BYTES, 8);
    }

    long address() {
        return memory.address();
    }

    int events() {
        return (int) (memory.byteSize() / EVENT_BYTES);
    }

    /**
     * Hands out the events in the first {@code lengthBytes}.
     *
     * @throws KernelException EINVAL where the bytes are no events
     */
    int deliver(int lengthBytes, Sink sink) throws KernelException {
        int delivered = 0;
        for (int at = 0; at < lengthBytes; delivered++) {
            int left = lengthBytes - at;
            int eventBytes = left < METADATA_BYTES ? 0 : memory.get(JAVA_INT_UNALIGNED, at);
            if (eventBytes < METADATA_BYTES || eventBytes > left || memory.get(JAVA_BYTE, at + 4L) != VERSION) {
                throw new KernelException("read of fanotify events", Errno.EINVAL);
            }
            int range = range(at, eventBytes);
            sink.event(
                    memory.get(JAVA_LONG_UNALIGNED, at + 8L),
                    memory.get(JAVA_INT_UNALIGNED, at + 16L),
                    memory.get(JAVA_INT_UNALIGNED, at + 20L),
                    range < 0 ? 0 : memory.get(JAVA_LONG_UNALIGNED, range + 8L),
                    range < 0 ? 0 : memory.get(JAVA_LONG_UNALIGNED, range + 16L));
            at += eventBytes;
        }
        return delivered;
    }

    /** Where the range's record lies; -1 where there is none. */
    private int range(int at, int eventBytes) {
        int end = at + eventBytes;
        int record = at + (memory.get(JAVA_SHORT_UNALIGNED, at + 6L) & 0xffff);
        while (end - record >= 4) {
            int recordBytes = memory.get(JAVA_SHORT_UNALIGNED, record + 2L) & 0xffff;
            if (recordBytes < 4 || recordBytes > end - record) {
                return -1;
            }
            if (memory.get(JAVA_BYTE, record) == INFO_RANGE && recordBytes >= RANGE_BYTES) {
                return record;
            }
            record += recordBytes;
        }
        return -1;
    }
}
