package dev.nowake.agent.execute;

import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.Mapping;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Takes mapped pages from the one process that maps a file (process_madvise(2) MADV_PAGEOUT), which drops clean file pages
 * from page cache at once; the process reads them again on its next touch. Where several map it nothing is done: their
 * pages would stay, and no call says so. Any thread.
 */
public final class PageOut {
    /** One call's worth: the kernel walks it with the process's memory lock held for reading. */
    private static final long PIECE_BYTES = 64L << 20;

    /** Between two passes over /proc for one file: ten a second would cost a tenth of a CPU on a busy host. */
    private static final long PASS_NANOS = 2_000_000_000L;

    private final ForeignMemory memory;
    private final Path procRoot;
    private final BooleanSupplier goesOn;
    private final Map<FileKey, Pass> passes = new HashMap<>();

    private record Pass(Set<Integer> mappers, long nanos) {}

    public PageOut(ForeignMemory memory, Path procRoot) {
        this(memory, procRoot, () -> true);
    }

    /** {@code goesOn}: as soon as it is false, what is under way ends where it is. Any thread. */
    public PageOut(ForeignMemory memory, Path procRoot, BooleanSupplier goesOn) {
        this.memory = memory;
        this.procRoot = procRoot;
        this.goesOn = goesOn;
    }

    /**
     * What was done.
     *
     * @param mappers processes that map the file
     * @param advisedBytes 0 unless there is one
     */
    public record Result(int mappers, long advisedBytes) {}

    public synchronized Result of(FileId file, RangeSet ranges) throws KernelException {
        FileKey key = new FileKey(file.device(), file.inode());
        Set<Integer> mappers = mappers(key);
        if (mappers.size() != 1) {
            return new Result(mappers.size(), 0);
        }
        int pid = mappers.iterator().next();
        try (OpenFile process = memory.openProcess(pid)) {
            // looked up after the pidfd: what is found belongs to the process the pidfd stands for
            List<Mapping> mappings = ProcessMaps.read(procRoot, pid).of(key);
            long advised = 0;
            for (Mapping mapping : mappings) {
                advised += of(process, mapping, ranges);
            }
            return new Result(1, advised);
        }
    }

    /** A mapper that came since the last pass is no harm: the kernel leaves alone what two map. */
    private Set<Integer> mappers(FileKey file) {
        long now = System.nanoTime();
        Pass last = passes.get(file);
        if (last == null || now - last.nanos() > PASS_NANOS) {
            int self = Math.toIntExact(ProcessHandle.current().pid());
            Set<Integer> mappers =
                    OpenFileScan.scan(procRoot, Set.of(file), self).mapped().getOrDefault(file, Set.of());
            last = new Pass(mappers, now);
            passes.values().removeIf(old -> now - old.nanos() > PASS_NANOS);
            passes.put(file, last);
        }
        return last.mappers();
    }

    private long of(OpenFile process, Mapping mapping, RangeSet ranges) throws KernelException {
        long advised = 0;
        long mappedEnd = mapping.offsetBytes() + mapping.lengthBytes();
        for (ByteRange range : ranges.within(mapping.offsetBytes(), mappedEnd).ranges()) {
            for (long at = range.start(); at < range.end() && goesOn.getAsBoolean(); at += PIECE_BYTES) {
                long length = Math.min(PIECE_BYTES, range.end() - at);
                advised += memory.pageOut(process, mapping.startAddress() + at - mapping.offsetBytes(), length);
            }
        }
        return advised;
    }
}
