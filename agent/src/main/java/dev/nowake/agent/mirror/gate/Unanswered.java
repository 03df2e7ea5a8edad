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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Who waits for an answer, written down in a file in memory (on /run) that outlives a killed daemon: the kernel knows
 * what was read and not answered by a number alone. A slot is 48 bytes; the number is written last and cleared first, so
 * that a slot is right or empty at every moment. Thread-safe, and never waits for a disk.
 */
final class Unanswered {
    private static final int SLOT_BYTES = 48;

    /** One that waits. */
    record Waiting(int event, FileId file, ByteRange range) {}

    private final MappedByteBuffer slots;
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final List<Waiting> inherited;

    private Unanswered(MappedByteBuffer slots, int capacity) {
        this.slots = slots;
        this.inherited = read(capacity);
        for (int slot = 0; slot < capacity; slot++) {
            slots.putInt(slot * SLOT_BYTES + 40, 0);
            free.add(slot);
        }
    }

    /** Opens the file, or makes it; what an earlier daemon left in it is {@link #inherited}. */
    static Unanswered open(Path file, int capacity) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer slots = channel.map(MapMode.READ_WRITE, 0, (long) capacity * SLOT_BYTES);
            slots.order(ByteOrder.nativeOrder());
            return new Unanswered(slots, capacity);
        }
    }

    private List<Waiting> read(int capacity) {
        List<Waiting> found = new ArrayList<>();
        for (int slot = 0; slot < capacity; slot++) {
            int at = slot * SLOT_BYTES;
            int number = slots.getInt(at + 40) - 1;
            long start = slots.getLong(at + 16);
            long end = slots.getLong(at + 24);
            if (number >= 0 && start >= 0 && end > start) {
                FileId file = new FileId(slots.getLong(at), slots.getLong(at + 8));
                found.add(new Waiting(number, file, new ByteRange(start, end)));
            }
        }
        return found;
    }

    /** What the file held when it was opened. */
    List<Waiting> inherited() {
        return List.copyOf(inherited);
    }

    /** The slot it is in; -1 at capacity: a restart then answers it with an error. */
    synchronized int add(int event, FileId file, ByteRange range) {
        Integer slot = free.poll();
        if (slot == null) {
            return -1;
        }
        int at = slot * SLOT_BYTES;
        slots.putLong(at, file.device());
        slots.putLong(at + 8, file.inode());
        slots.putLong(at + 16, range.start());
        slots.putLong(at + 24, range.end());
        slots.putInt(at + 40, event + 1);
        return slot;
    }

    /** To be called after the answer: one too many is harmless, one too few would be an error to its reader. */
    synchronized void remove(int slot) {
        if (slot >= 0) {
            slots.putInt(slot * SLOT_BYTES + 40, 0);
            free.add(slot);
        }
    }
}
