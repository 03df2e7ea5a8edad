package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code /proc/meminfo} (proc_meminfo(5)), or one node's.
 *
 * @param values line name to bytes; lines without a unit ({@code HugePages_Total}) to their plain count
 */
public record MemInfo(Map<String, Long> values) {
    public MemInfo {
        values = Map.copyOf(values);
    }

    public static MemInfo read() {
        return read(ProcFile.HOST);
    }

    public static MemInfo read(Path root) {
        return readFile(root.resolve("proc/meminfo"));
    }

    /** Of one NUMA node; empty where there is no such node. */
    public static MemInfo readNode(Path root, int node) {
        return readFile(root.resolve("sys/devices/system/node/node" + node + "/meminfo"));
    }

    /** Lines are {@code Name: 123 kB}; a node's file puts {@code Node 0} before each. */
    static MemInfo readFile(Path file) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFile.lines(file)) {
            int colon = line.indexOf(':');
            String[] words = colon < 0 ? new String[0] : ProcFile.words(line.substring(colon + 1));
            String[] names = colon < 0 ? new String[0] : ProcFile.words(line.substring(0, colon));
            long value = words.length == 0 || names.length == 0 ? -1 : ProcFile.number(words[0]);
            if (value >= 0) {
                boolean kilobytes = words.length > 1 && words[1].equals("kB");
                values.putIfAbsent(names[names.length - 1], kilobytes ? ProcFile.times(value, 1024) : value);
            }
        }
        return new MemInfo(values);
    }

    /** Bytes (or count) of a line; 0 where it is absent. */
    public long value(String name) {
        return values.getOrDefault(name, 0L);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public long totalBytes() {
        return value("MemTotal");
    }

    public long freeBytes() {
        return value("MemFree");
    }

    /** The kernel's estimate of what could be had without swapping; free bytes where it is not given (a node's file). */
    public long availableBytes() {
        return has("MemAvailable") ? value("MemAvailable") : freeBytes();
    }

    public long dirtyBytes() {
        return value("Dirty");
    }

    /** Page cache, shared memory included. */
    public long fileBytes() {
        return has("FilePages") ? value("FilePages") : value("Cached");
    }
}
