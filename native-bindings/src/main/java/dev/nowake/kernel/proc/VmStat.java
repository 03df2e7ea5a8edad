package dev.nowake.kernel.proc;

import java.nio.file.Path;

/**
 * {@code /proc/vmstat} (proc_vmstat(5)): counters and gauges by name, in the kernel's own unit (mostly pages).
 *
 * <p>The file has some 190 lines, is read up to twenty times a second while a load goes on, and is asked for a few of them:
 * it is kept as text and searched, which costs a third of taking it apart.
 */
public final class VmStat {
    /** Begins and ends with a newline, so that every name stands between one and a space. */
    private final String lines;

    private VmStat(String text) {
        this.lines = "\n" + text + "\n";
    }

    public static VmStat read() {
        return read(ProcFile.HOST);
    }

    public static VmStat read(Path root) {
        return new VmStat(ProcFile.text(root.resolve("proc/vmstat")));
    }

    /** 0 where this kernel has no such line. */
    public long value(String name) {
        return Math.max(0, found(name));
    }

    public boolean has(String name) {
        return found(name) >= 0;
    }

    /** By how much a counter has grown since {@code earlier}; negative for a gauge that fell. */
    public long since(VmStat earlier, String name) {
        return value(name) - earlier.value(name);
    }

    /** Sum of all counters whose names begin with {@code prefix}, for those the kernel splits by zone. */
    public long sumOf(String prefix) {
        long sum = 0;
        String wanted = "\n" + prefix;
        for (int at = lines.indexOf(wanted); at >= 0; at = lines.indexOf(wanted, at + 1)) {
            int space = lines.indexOf(' ', at + wanted.length());
            int end = lines.indexOf('\n', at + wanted.length());
            if (space > 0 && space < end) {
                sum = ProcFile.plus(sum, Math.max(0, number(space + 1)));
            }
        }
        return sum;
    }

    /** -1 where there is no such line, or no number on it. */
    private long found(String name) {
        String wanted = "\n" + name + " ";
        int at = lines.indexOf(wanted);
        return at < 0 ? -1 : number(at + wanted.length());
    }

    private long number(int from) {
        return ProcFile.number(lines.substring(from, lines.indexOf('\n', from)));
    }
}
