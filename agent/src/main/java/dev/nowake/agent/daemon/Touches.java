package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.Mapping;
import dev.nowake.kernel.proc.PageTable;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which bytes of each shard all its readers have touched: for read(2) all before the descriptor's position, for mmap(2) the
 * pages in the reader's page tables. An estimate: pread(2) leaves no trace, and a fault maps its neighbours. The
 * background thread.
 */
final class Touches {
    private final Path procRoot;

    Touches(Path procRoot) {
        this.procRoot = procRoot;
    }

    /** What to look at, taken on the engine's thread. */
    record Question(Set<Integer> readers, Map<FileId, Long> sizes) {
        static Question of(Load load) {
            Map<FileId, Long> sizes = new HashMap<>();
            for (TrackedShard shard : load.shards()) {
                if (shard.inUse()) {
                    sizes.put(shard.shard().id(), shard.shard().sizeBytes());
                }
            }
            return new Question(Set.copyOf(load.readers().keySet()), sizes);
        }
    }

    /** For each file some reader has open or mapped: what all of those have touched. */
    Map<FileId, RangeSet> look(Question question) {
        Map<FileId, RangeSet> touchedByAll = new HashMap<>();
        for (int pid : question.readers()) {
            Map<Long, Long> positions = positions(pid);
            List<Mapping> mappings = ProcessMaps.read(procRoot, pid).mappings();
            question.sizes().forEach((id, size) -> {
                RangeSet own = touched(pid, id, size, positions.get(id.inode()), mappings);
                if (own != null) {
                    touchedByAll.merge(id, own, RangeSet::intersect);
                }
            });
        }
        return touchedByAll;
    }

    /** Null where the process has the file neither open nor mapped. */
    private RangeSet touched(int pid, FileId id, long sizeBytes, Long position, List<Mapping> mappings) {
        RangeSet touched = position == null ? null : RangeSet.between(0, Math.min(position, sizeBytes));
        for (Mapping mapping : mappings) {
            if (mapping.inode() == id.inode() && mapping.device() == id.device()) {
                RangeSet mapped = ranges(PageTable.present(procRoot, pid, mapping), sizeBytes);
                touched = touched == null ? mapped : touched.union(mapped);
            }
        }
        return touched;
    }

    private static RangeSet ranges(List<Extent> runs, long sizeBytes) {
        List<ByteRange> ranges = new ArrayList<>(runs.size());
        for (Extent run : runs) {
            long end = Math.min(run.endBytes(), sizeBytes);
            if (run.offsetBytes() < end) {
                ranges.add(new ByteRange(run.offsetBytes(), end));
            }
        }
        return RangeSet.ofAll(ranges);
    }

    private Map<Long, Long> positions(int pid) {
        Map<Long, Long> positions = new HashMap<>();
        for (DescriptorInfo info : DescriptorInfo.all(procRoot, pid)) {
            if (info.inode() >= 0 && !info.isPathOnly()) {
                positions.merge(info.inode(), info.positionBytes(), Math::max);
            }
        }
        return positions;
    }
}
