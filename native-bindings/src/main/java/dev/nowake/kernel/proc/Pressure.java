package dev.nowake.kernel.proc;

import java.nio.file.Path;

/**
 * Pressure stall information of one resource (kernel docs: accounting/psi).
 *
 * @param some at least one task was stalled; NONE where the kernel keeps no PSI
 * @param full all tasks were stalled at once; NONE for cpu before 5.13
 */
public record Pressure(Stall some, Stall full) {
    public enum Resource {
        MEMORY,
        IO,
        CPU;

        private String file() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * One line: percent of time stalled over the last 10, 60 and 300 seconds.
     *
     * @param totalMicros stalled since boot, microseconds
     */
    public record Stall(double avg10, double avg60, double avg300, long totalMicros) {
        public static final Stall NONE = new Stall(0, 0, 0, 0);
    }

    public static Pressure read(Resource resource) {
        return read(ProcFile.HOST, resource);
    }

    public static Pressure read(Path root, Resource resource) {
        return readFile(root.resolve("proc/pressure").resolve(resource.file()));
    }

    /** Of one cgroup2: {@code memory.pressure} and its kin in the cgroup's folder. */
    public static Pressure ofCgroup(Path folder, Resource resource) {
        return readFile(folder.resolve(resource.file() + ".pressure"));
    }

    private static Pressure readFile(Path file) {
        Stall some = Stall.NONE;
        Stall full = Stall.NONE;
        for (String line : ProcFile.lines(file)) {
            String[] words = ProcFile.words(line);
            if (words.length > 0 && words[0].equals("some")) {
                some = stall(words);
            } else if (words.length > 0 && words[0].equals("full")) {
                full = stall(words);
            }
        }
        return new Pressure(some, full);
    }

    private static Stall stall(String[] words) {
        return new Stall(
                percent(value(words, "avg10=")),
                percent(value(words, "avg60=")),
                percent(value(words, "avg300=")),
                Math.max(0, ProcFile.number(value(words, "total="))));
    }

    private static String value(String[] words, String key) {
        for (String word : words) {
            if (word.startsWith(key)) {
                return word.substring(key.length());
            }
        }
        return "";
    }

    /** Two decimals, as the kernel prints them; 0 for anything else. */
    private static double percent(String text) {
        int dot = text.indexOf('.');
        long whole = ProcFile.number(dot < 0 ? text : text.substring(0, dot));
        long hundredths = dot < 0 || text.length() != dot + 3 ? 0 : ProcFile.number(text.substring(dot + 1));
        return whole < 0 || hundredths < 0 || whole > 100 ? 0 : whole + hundredths / 100.0;
    }
}
