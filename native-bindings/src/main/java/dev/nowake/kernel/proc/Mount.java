package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * One mount, as {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)) lists it.
 *
 * @param device equals {@code st_dev} of the files on it, except on btrfs (each subvolume has its own) and overlayfs
 *     (files may show their layer's)
 * @param root the folder of the filesystem that is mounted; "/" unless it is a bind mount or a subvolume
 * @param options of this mount, comma-separated
 * @param superOptions of the filesystem, comma-separated
 */
public record Mount(
        int id,
        int parentId,
        long device,
        String root,
        Path mountPoint,
        String fsType,
        String source,
        String options,
        String superOptions) {
    /** Whether either list of options holds this one, by whole name. */
    public boolean hasOption(String option) {
        return Arrays.asList(options.split(",")).contains(option)
                || Arrays.asList(superOptions.split(",")).contains(option);
    }

    /** What follows {@code name=} in the filesystem's options, else in the mount's. */
    public Optional<String> option(String name) {
        for (String list : new String[] {superOptions, options}) {
            for (String each : list.split(",")) {
                if (each.startsWith(name) && each.startsWith("=", name.length())) {
                    return Optional.of(each.substring(name.length() + 1));
                }
            }
        }
        return Optional.empty();
    }

    /** The same where it is a decimal number; -1 where there is none. */
    public long numberOption(String name) {
        return option(name).map(ProcFile::number).orElse(-1L);
    }

    /** Served by a process that may hang: fuse, fuseblk, fuse.NAME. */
    public boolean isFuse() {
        return isFuse(fsType);
    }

    /** The same of a type's name alone. */
    public static boolean isFuse(String fsType) {
        return fsType.equals("fuse") || fsType.equals("fuseblk") || fsType.startsWith("fuse.");
    }

    static Optional<Mount> parse(String line) {
        String[] words = ProcFile.words(line);
        int dash = 6;
        while (dash < words.length && !words[dash].equals("-")) {
            dash++;
        }
        // The source may be an empty word: "- tmpfs  rw" has only two words after the dash.
        if (dash + 2 >= words.length) {
            return Optional.empty();
        }
        int id = ProcFile.smallNumber(words[0]);
        int parentId = ProcFile.smallNumber(words[1]);
        long device = DeviceNumber.parse(words[2], 10);
        Optional<Path> point = ProcFile.path(unescape(words[4]));
        if (id < 0 || parentId < 0 || device < 0 || point.isEmpty()) {
            return Optional.empty();
        }
        String source = dash + 3 < words.length ? ProcFile.name(unescape(words[dash + 2])) : "";
        String root = ProcFile.name(unescape(words[3]));
        String superOptions = words[words.length - 1];
        return Optional.of(new Mount(
                id, parentId, device, root, point.get(), unescape(words[dash + 1]), source, words[5], superOptions));
    }

    /** Three octal digits after a backslash are one byte; anything else stays. */
    static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            long octal = text.charAt(i) == '\\' && i + 4 <= text.length()
                    ? ProcFile.number(text.substring(i + 1, i + 4), 8)
                    : -1;
            if (octal >= 0 && octal <= 0xff) {
                plain.append((char) octal);
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }
}
