package dev.nowake.agent.govern;

import dev.nowake.kernel.proc.CgroupMemory;
import dev.nowake.kernel.proc.Cgroups;
import dev.nowake.kernel.proc.MemoryGroup;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this process's own control group lets it take. Prefetched pages are charged to it, and a group at its limit is
 * reclaimed from within: the pages that go are the ones just prefetched. So a limit is a budget. Page cache of ours that
 * could be dropped does not count as room for the same reason; it counts once it has been dropped.
 *
 * <p>Reads /proc and the cgroup files; not thread-safe: the governor asks it under its lock.
 */
public final class CgroupRoom implements LongSupplier {
    /**
     * What is charged beside the chunks that were asked for, until the next look 50 ms later: read-ahead that runs past a
     * chunk's end (read_ahead_kb, 8 MiB a file where it is largest), the page cache's own tree and the JVM's heap, which
     * grows by some MiB at a time.
     */
    public static final long MARGIN_BYTES = 32L << 20;

    /**
     * How long limits and membership are believed, in nanoseconds: {@code systemctl set-property} takes effect within a
     * second, and a call in between reads one file for each limited level.
     */
    private static final long LIMITS_AGE_NANOS = 1_000_000_000L;

    private final Path root;
    private final LongSupplier nanoTime;
    private Cgroups groups;
    private CgroupMemory memory;
    private long limitsReadNanos;

    /** @param root where /proc and the cgroup mounts are found, {@code /} on a host */
    public CgroupRoom(Path root) {
        this(root, System::nanoTime);
    }

    CgroupRoom(Path root, LongSupplier nanoTime) {
        this.root = root;
        this.nanoTime = nanoTime;
    }

    /**
     * Bytes that may be charged without reaching a limit of the group or of any ancestor, less the margin. Long.MAX_VALUE
     * where there is no limit, or none can be read: {@link MemoryGroup#problem} says why. Never fails.
     */
    @Override
    public long getAsLong() {
        long now = nanoTime.getAsLong();
        if (memory == null || now - limitsReadNanos >= LIMITS_AGE_NANOS) {
            readLimits(now);
        } else {
            Optional<CgroupMemory> again = memory.again();
            if (again.isPresent()) {
                memory = again.get();
            } else {
                memory = null; // deleted: we have been moved
                readLimits(now);
            }
        }
        return roomBytes(memory);
    }

    private void readLimits(long now) {
        Cgroups current = Cgroups.own(root);
        boolean same = memory != null
                && current.equals(groups)
                && memory.group().problem().isEmpty();
        groups = current;
        memory = CgroupMemory.of(same ? memory.group() : MemoryGroup.find(root, current));
        limitsReadNanos = now;
    }

    /** The same of what was read: room under all limits less the margin, Long.MAX_VALUE without a limit. */
    public static long roomBytes(CgroupMemory memory) {
        long room = memory.roomBytes();
        return room == CgroupMemory.UNLIMITED ? Long.MAX_VALUE : Math.max(0, room - MARGIN_BYTES);
    }
}
