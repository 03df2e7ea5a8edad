package dev.nowake.agent.progress;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.Mapping;
import dev.nowake.kernel.proc.PageTable;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which bytes of a file a process has in its page tables. What was seen once is not looked at again, and where no page
 * table is the kernel passes over at once: a look costs by what is new.
 */
final class MappedPages {
    private final Path procRoot;
    private final ForeignMemory memory;
    private boolean scans;

    MappedPages(Path procRoot, Kernel kernel) {
        this.procRoot = procRoot;
        this.memory = kernel.foreignMemory();
        this.scans = kernel.features().has(Feature.PAGEMAP_SCAN);
    }

    /** Of {@code wanted}, in file order. Nothing where the process is gone or may not be looked at. */
    RangeSet of(int pid, List<Mapping> mappings, RangeSet wanted) {
        List<ByteRange> present = new ArrayList<>();
        if (scans) {
            try (OpenFile table = memory.openPageTable(pid)) {
                for (Mapping part : parts(mappings, wanted)) {
                    for (Extent run : memory.present(table, part.startAddress(), part.lengthBytes())) {
                        add(present, part.offsetBytes() + run.offsetBytes(), run.lengthBytes());
                    }
                }
            } catch (KernelException gone) {
                return RangeSet.ofAll(present);
            }
        } else {
            for (Mapping part : parts(mappings, wanted)) {
                PageTable.present(procRoot, pid, part)
                        .forEach(run -> add(present, run.offsetBytes(), run.lengthBytes()));
            }
        }
        return RangeSet.ofAll(present).intersect(wanted);
    }

    private static void add(List<ByteRange> present, long start, long lengthBytes) {
        if (lengthBytes > 0) {
            present.add(ByteRange.ofLength(start, lengthBytes));
        }
    }

    /** The wanted part of each mapping, on pages. */
    private static List<Mapping> parts(List<Mapping> mappings, RangeSet wanted) {
        List<Mapping> parts = new ArrayList<>();
        for (Mapping mapping : mappings) {
            long start = mapping.offsetBytes();
            for (ByteRange range :
                    wanted.within(start, start + mapping.lengthBytes()).ranges()) {
                long from = range.start() - range.start() % PageTable.PAGE_BYTES;
                long to = Math.min(
                        start + mapping.lengthBytes(),
                        Math.ceilDiv(range.end(), PageTable.PAGE_BYTES) * PageTable.PAGE_BYTES);
                parts.add(new Mapping(
                        mapping.startAddress() + from - start,
                        mapping.startAddress() + to - start,
                        mapping.permissions(),
                        from,
                        mapping.device(),
                        mapping.inode(),
                        mapping.path()));
            }
        }
        return parts;
    }
}
