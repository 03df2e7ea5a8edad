package dev.nowake.kernel.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From which NUMA nodes a process takes its memory: what its cpuset allows ({@code Mems_allowed_list} of proc_pid_status(5))
 * and the memory policy of its first thread (numa(7)).
 *
 * @param allowed empty where it is not told
 * @param nodes of the policy; empty for {@link Mode#DEFAULT}
 */
public record ProcessMemory(BitSet allowed, Mode mode, BitSet nodes) {
    /** Of set_mempolicy(2), as far as they differ in where pages go. */
    public enum Mode {
        /** Near the CPU that asks, or unknown. */
        DEFAULT,
        /** On these nodes alone, or first. */
        ON,
        /** Spread over these nodes. */
        SPREAD
    }

    /**
     * Enough for the first line, the program's own mapping, which follows the thread's policy. Each further line would make
     * the kernel walk the page tables of one more mapping, and a model's has millions of entries.
     */
    private static final int FIRST_LINE_BYTES = 256;

    /** As mpol_to_str() writes them: {@code bind:0-1}, {@code prefer (many)=static:0}, {@code weighted interleave:0,2}. */
    private static final Pattern POLICY = Pattern.compile(
            "[0-9a-f]+ (prefer|prefer \\(many\\)|bind|interleave|weighted interleave)(?:=[a-z|]+)?:([0-9,-]+)[ \n].*",
            Pattern.DOTALL);

    private static final String ALLOWED = "Mems_allowed_list:";

    public ProcessMemory {
        allowed = (BitSet) allowed.clone();
        nodes = (BitSet) nodes.clone();
    }

    /** A copy: changing it changes nothing. */
    @Override
    public BitSet allowed() {
        return (BitSet) allowed.clone();
    }

    /** A copy: changing it changes nothing. */
    @Override
    public BitSet nodes() {
        return (BitSet) nodes.clone();
    }

    /** Nothing is known of a process that is gone, or that may not be looked at. */
    public static ProcessMemory of(Path root, int pid) {
        Path folder = root.resolve("proc/" + pid);
        BitSet allowed = new BitSet();
        for (String line : ProcFile.lines(folder.resolve("status"))) {
            if (line.startsWith(ALLOWED)) {
                allowed = CpuList.parse(line.substring(ALLOWED.length()));
            }
        }
        Matcher policy = POLICY.matcher(firstBytes(folder.resolve("numa_maps")));
        if (!policy.matches()) {
            return new ProcessMemory(allowed, Mode.DEFAULT, new BitSet());
        }
        Mode mode = policy.group(1).endsWith("interleave") ? Mode.SPREAD : Mode.ON;
        return new ProcessMemory(allowed, mode, CpuList.parse(policy.group(2)));
    }

    /** One read: the kernel makes as many lines as the reader has room for. */
    private static String firstBytes(Path file) {
        byte[] buffer = new byte[FIRST_LINE_BYTES];
        try (InputStream in = new FileInputStream(file.toFile())) {
            int read = in.read(buffer);
            return read <= 0 ? "" : new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
