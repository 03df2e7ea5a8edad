package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** {@code /proc/vmstat} (proc_vmstat(5)): counters and gauges by name, in the kernel's own unit (mostly pages). */
public record VmStat(Map<String, Long> values) {
    public VmStat {
        values = Map.copyOf(values);
    }

    public static VmStat read() {
        return read(ProcFile.HOST);
    }

    public static VmStat read(Path root) {
        Map<String, Long> values = new HashMap<>();
        for (String line : ProcFile.lines(root.resolve("proc/vmstat"))) {
            String[] words = ProcFile.words(line);
            long value = words.length == 2 ? ProcFile.number(words[1]) : -1;
            if (value >= 0) {
                values.putIfAbsent(words[0], value);
            }
        }
        return new VmStat(values);
    }

    /** 0 where this kernel has no such line. */
    public long value(String name) {
        return values.getOrDefault(name, 0L);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** By how much a counter has grown since {@code earlier}; negative for a gauge that fell. */
    public long since(VmStat earlier, String name) {
        return value(name) - earlier.value(name);
    }

    /** Sum of all counters whose names begin with {@code prefix}, for those the kernel splits by zone. */
    public long sumOf(String prefix) {
        long sum = 0;
        for (Map.Entry<String, Long> line : values.entrySet()) {
            if (line.getKey().startsWith(prefix)) {
                sum = ProcFile.plus(sum, line.getValue());
            }
        }
        return sum;
    }
}
