package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /proc/buddyinfo}: how many free blocks of each size there are. Large folios need blocks of order 9; kswapd wakes
 * when those run out, however much memory is free.
 *
 * @param pageBytes size of an order-0 block
 */
public record BuddyInfo(List<Zone> zones, long pageBytes) {
    /** What a huge page of x86_64 and of aarch64 with small pages takes, and what accelerators' drivers ask for. */
    public static final long LARGE_BLOCK_BYTES = 2L << 20;

    /** @param freeBlocks by order: the n-th counts free blocks of 2^n pages */
    public record Zone(int node, String name, List<Long> freeBlocks) {
        public Zone {
            freeBlocks = List.copyOf(freeBlocks);
        }
    }

    public BuddyInfo {
        zones = List.copyOf(zones);
    }

    public static BuddyInfo read() {
        return read(ProcFile.HOST);
    }

    public static BuddyInfo read(Path root) {
        List<Zone> zones = new ArrayList<>();
        for (String line : ProcFile.lines(root.resolve("proc/buddyinfo"))) {
            String[] words = ProcFile.words(line);
            boolean zoneLine = words.length > 4 && words[0].equals("Node") && words[2].equals("zone");
            int node = zoneLine ? ProcFile.smallNumber(words[1].replace(",", "")) : -1;
            if (node >= 0) {
                List<Long> blocks = new ArrayList<>();
                for (int i = 4; i < words.length; i++) {
                    blocks.add(Math.max(0, ProcFile.number(words[i])));
                }
                zones.add(new Zone(node, words[3], blocks));
            }
        }
        return new BuddyInfo(zones, PageSize.bytes(root));
    }

    /** Free blocks of exactly this order on a node, or on all with -1. */
    public long freeBlocks(int node, int order) {
        long sum = 0;
        for (Zone zone : zones) {
            if ((node < 0 || zone.node() == node)
                    && order >= 0
                    && order < zone.freeBlocks().size()) {
                sum = ProcFile.plus(sum, zone.freeBlocks().get(order));
            }
        }
        return sum;
    }

    /** Free bytes that lie in blocks of 2 MiB and larger, on a node or on all with -1; -1 where nothing is told of it. */
    public long freeBlockBytes(int node) {
        if (zones.stream().noneMatch(zone -> node < 0 || zone.node() == node)) {
            return -1;
        }
        return freeBytesFrom(node, Long.numberOfTrailingZeros(LARGE_BLOCK_BYTES / pageBytes));
    }

    /** Free bytes that lie in blocks of this order or larger, on a node or on all with -1. */
    public long freeBytesFrom(int node, int order) {
        long sum = 0;
        for (Zone zone : zones) {
            int orders = Math.min(zone.freeBlocks().size(), 32);
            for (int i = Math.max(0, order); (node < 0 || zone.node() == node) && i < orders; i++) {
                sum = ProcFile.plus(sum, ProcFile.times(zone.freeBlocks().get(i), pageBytes << i));
            }
        }
        return sum;
    }
}
