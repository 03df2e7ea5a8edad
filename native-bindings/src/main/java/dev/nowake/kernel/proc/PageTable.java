package dev.nowake.kernel.proc;

import dev.nowake.kernel.Extent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pages of a mapping a process has in its page tables ({@code /proc/PID/pagemap}, kernel docs: admin-guide/mm/pagemap).
 * More than it has touched: a fault maps the resident pages around it too, 64 KiB by default. The kernel walks the tables
 * with the process's memory lock held for reading, about a millisecond for each GiB: for now and then.
 */
public final class PageTable {
    /** The page size of every machine the table is read on. */
    public static final long PAGE_BYTES = 4096;

    private static final int ENTRY_BYTES = 8;

    /** One read covers 128 MiB of the mapping, so that the lock is held for a tenth of a millisecond at a time. */
    private static final int BUFFER_BYTES = 256 << 10;

    private static final long PRESENT = 1L << 63;

    private PageTable() {}

    /** Runs of present pages as bytes of the file, in order; empty where the process is gone or may not be looked at. */
    public static List<Extent> present(Path root, int pid, Mapping mapping) {
        List<Extent> runs = new ArrayList<>();
        byte[] buffer = new byte[BUFFER_BYTES];
        long pages = mapping.lengthBytes() / PAGE_BYTES;
        long runStart = -1;
        try (RandomAccessFile table =
                new RandomAccessFile(root.resolve("proc/" + pid + "/pagemap").toFile(), "r")) {
            for (long page = 0; page < pages; ) {
                int wanted = (int) Math.min(BUFFER_BYTES, (pages - page) * ENTRY_BYTES);
                table.seek(Long.divideUnsigned(mapping.startAddress(), PAGE_BYTES) * ENTRY_BYTES + page * ENTRY_BYTES);
                int got = table.read(buffer, 0, wanted) / ENTRY_BYTES;
                if (got <= 0) {
                    break;
                }
                ByteBuffer entries = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
                for (int i = 0; i < got; i++, page++) {
                    boolean present = (entries.getLong(i * ENTRY_BYTES) & PRESENT) != 0;
                    if (present && runStart < 0) {
                        runStart = page;
                    } else if (!present && runStart >= 0) {
                        runs.add(run(mapping, runStart, page));
                        runStart = -1;
                    }
                }
                if (runStart >= 0 && page >= pages) {
                    runs.add(run(mapping, runStart, page));
                    runStart = -1;
                }
            }
        } catch (IOException gone) {
            return List.copyOf(runs);
        }
        return List.copyOf(runs);
    }

    private static Extent run(Mapping mapping, long firstPage, long endPage) {
        return new Extent(mapping.offsetBytes() + firstPage * PAGE_BYTES, (endPage - firstPage) * PAGE_BYTES);
    }
}
