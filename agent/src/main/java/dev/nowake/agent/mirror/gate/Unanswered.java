package dev.nowake.agent.mirror.gate;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Who waits for an answer, written down in a file in memory (on /run) that outlives a killed daemon: the kernel knows
 * what was read and not answered by a number alone. A slot is 48 bytes; the number is written last and cleared first, so
 * that a slot is right or empty at every moment. What an earlier daemon left stays in its slot until it is answered: the next
 * one may be killed as well. Thread-safe, and never waits for a disk.
 */
final class Unanswered {
    private static final int SLOT_BYTES = 48;
    private static final int START_AT = 16;
    private static final int END_AT = 24;
    private static final int NUMBER_AT = 40;

    /** One that waits, and its slot. An open waits for no range: null. */
    record Waiting(int event, FileId file, ByteRange range, int slot) {}

    private final MappedByteBuffer slots;
    private final int capacity;
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final List<Waiting> inherited = new ArrayList<>();

    /** From here on no slot was ever used. */
    private int fresh;

    private Unanswered(MappedByteBuffer slots, int used, int capacity) {
        this.slots = slots;
        this.capacity = capacity;
        for (fresh = 0; fresh < used; fresh++) {
            Waiting left = at(fresh);
            if (left == null) {
                slots.putInt(fresh * SLOT_BYTES + NUMBER_AT, 0);
                free.add(fresh);
            } else {
                inherited.add(left);
            }
        }
    }

    /** Opens the file, or makes it; what an earlier daemon left in it is {@link #inherited}. */
    static Unanswered open(Path file, int capacity) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            int used = Math.toIntExact(channel.size() / SLOT_BYTES);
            int all = Math.max(capacity, used); // that one may have had more
            MappedByteBuffer slots = channel.map(MapMode.READ_WRITE, 0, (long) all * SLOT_BYTES);
            slots.order(ByteOrder.nativeOrder());
            return new Unanswered(slots, used, all);
        }
    }

    /** Null where nobody is written down. */
    private Waiting at(int slot) {
        int at = slot * SLOT_BYTES;
        int number = slots.getInt(at + NUMBER_AT) - 1;
        long start = slots.getLong(at + START_AT);
        long end = slots.getLong(at + END_AT);
        if (number < 0 || start < 0 || end < start) {
            return null;
        }
        FileId file = new FileId(slots.getLong(at), slots.getLong(at + 8));
        return new Waiting(number, file, end == start ? null : new ByteRange(start, end), slot);
    }

    /** What the file held when it was opened. */
    List<Waiting> inherited() {
        return List.copyOf(inherited);
    }

    /**
     * The slot it is in; -1 at capacity: a restart then answers it with an error.
     *
     * @param range null for an open
     */
    synchronized int add(int event, FileId file, ByteRange range) {
        Integer slot = free.poll();
        if (slot == null && fresh == capacity) {
            return -1;
        }
        slot = slot == null ? fresh++ : slot;
        int at = slot * SLOT_BYTES;
        slots.putLong(at, file.device());
        slots.putLong(at + 8, file.inode());
        slots.putLong(at + START_AT, range == null ? 0 : range.start());
        slots.putLong(at + END_AT, range == null ? 0 : range.end());
        slots.putInt(at + NUMBER_AT, event + 1);
        return slot;
    }

    /** To be called after the answer: one too many is harmless, one too few would be an error to its reader. */
    synchronized void remove(int slot) {
        if (slot >= 0) {
            slots.putInt(slot * SLOT_BYTES + NUMBER_AT, 0);
            free.add(slot);
        }
    }
}
