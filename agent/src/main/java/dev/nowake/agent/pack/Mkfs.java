package dev.nowake.agent.pack;

import dev.nowake.agent.pack.PackException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host's mkfs.erofs, and what it can do: asked, not guessed, where it tells.
 *
 * @param version as it names itself
 * @param compressors names it lists
 * @param options names of those it lists, as {@code --dsunit} and {@code -U}
 */
record Mkfs(Path program, String version, Set<String> compressors, Set<String> options) {
    /** The first with all that is used here and not listed by its help: noinline_data, --quiet. */
    private static final int[] OLDEST = {1, 4};

    /** These lose data: 1.8 cuts large files that are not compressed, 1.7 damages folders where files have two names. */
    private static final Set<String> BROKEN = Set.of("1.7", "1.8");

    private static final Pattern VERSION = Pattern.compile("mkfs\\.erofs[^0-9\\n]* ([0-9]+(?:\\.[0-9]+)*)");
    private static final Pattern COMPRESSORS = Pattern.compile("(?im)^available compressors(?: are)?: *([a-z0-9, ]+)$");
    private static final Pattern OPTION = Pattern.compile("(?m)^ +(-[A-Za-z]|--[a-z-]+)");
    private static final List<String> PLACES =
            List.of("/usr/sbin", "/usr/bin", "/sbin", "/usr/local/sbin", "/usr/local/bin");

    private static final String INSTALL =
            "install erofs-utils 1.4 or newer (apt install erofs-utils, dnf install erofs-utils)";

    /** Data that begins at a multiple of this can be mapped in large pages where an image lies on persistent memory (DAX). */
    static final int ALIGNMENT_BYTES = 2 << 20;

    static final int BLOCK_BYTES = 4096;

    /** Of 4 to 64 KiB the largest packs best, and weights are read whole anyway. */
    private static final int CLUSTER_BYTES = 64 << 10;

    /** As Nix and others do for reproducible builds: the first time that zip files can tell. */
    private static final long EVERY_FILES_TIME_SECONDS = 315_532_800;

    /** @throws PackException where there is none, or none that can be used */
    static Mkfs find(Path given, String pathVariable) throws IOException, InterruptedException {
        Path program = given != null ? given : search(pathVariable);
        if (program == null || !Files.isExecutable(program)) {
            throw new PackException(
                    Kind.NOT_SUPPORTED,
                    (program == null ? "no mkfs.erofs" : program + ": no program") + " here: " + INSTALL);
        }
        // 1.5 prints its name and its help on both; later ones tell compressors with the first and options with the
        // second.
        String told = ChildProgram.output(List.of(program.toString(), "-V"))
                + ChildProgram.output(List.of(program.toString(), "--help"));
        Mkfs found = of(program, told);
        if (isOlder(found.version, OLDEST)) {
            throw new PackException(
                    Kind.NOT_SUPPORTED, program + " is version " + found.version + ", too old: " + INSTALL);
        }
        if (BROKEN.contains(found.version)) {
            throw new PackException(
                    Kind.NOT_SUPPORTED,
                    program + " is version " + found.version + ", which damages what it packs; " + found.version
                            + ".1 does not: upgrade erofs-utils");
        }
        return found;
    }

    private static Path search(String pathVariable) {
        List<String> folders = new ArrayList<>(pathVariable == null ? List.of() : List.of(pathVariable.split(":")));
        folders.addAll(PLACES);
        for (String folder : folders) {
            Path program = Path.of(folder, "mkfs.erofs");
            if (program.isAbsolute() && Files.isExecutable(program)) {
                return program;
            }
        }
        return null;
    }

    static Mkfs of(Path program, String told) throws PackException {
        Matcher version = VERSION.matcher(told);
        if (!version.find()) {
            throw new PackException(Kind.NOT_SUPPORTED, program + " does not say its version: " + INSTALL);
        }
        Set<String> compressors = new HashSet<>();
        Matcher listed = COMPRESSORS.matcher(told);
        while (listed.find()) {
            compressors.addAll(List.of(listed.group(1).strip().split(" *, *")));
        }
        Set<String> options = new HashSet<>();
        OPTION.matcher(told).results().forEach(option -> options.add(option.group(1)));
        return new Mkfs(program, version.group(1), Set.copyOf(compressors), Set.copyOf(options));
    }

    private static boolean isOlder(String version, int[] than) {
        String[] parts = version.split("\\.");
        for (int i = 0; i < than.length; i++) {
            int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
            if (part != than[i]) {
                return part < than[i];
            }
        }
        return false;
    }

    /** Where each file's data begins: at multiples of this. */
    int alignmentBytes(Compression compression) {
        return compression == null && options.contains("--dsunit") ? ALIGNMENT_BYTES : BLOCK_BYTES;
    }

    /** @throws PackException where it cannot compress so */
    void require(Compression compression) throws PackException {
        if (compression != null && !compressors.contains(compression.algorithm())) {
            throw new PackException(
                    Kind.NOT_SUPPORTED,
                    program + " (" + version + ") cannot compress with " + compression.algorithm() + "; it has "
                            + String.join(", ", compressors.stream().sorted().toList()));
        }
    }

    /** The same content becomes the same bytes: no time, no random number, no attributes of the host's goes in. */
    List<String> command(Path image, Path tree, String uuid, Compression compression) {
        List<String> words = new ArrayList<>(List.of(program.toString(), "--quiet", "-x-1", "-Enoinline_data"));
        words.add("-T" + EVERY_FILES_TIME_SECONDS);
        if (options.contains("--all-time")) {
            words.add("--all-time");
        }
        if (options.contains("-U")) {
            words.addAll(List.of("-U", uuid));
        }
        if (compression != null) {
            words.addAll(List.of("-z" + compression, "-C" + CLUSTER_BYTES));
        } else if (alignmentBytes(null) > BLOCK_BYTES) {
            words.add("--dsunit=" + ALIGNMENT_BYTES / BLOCK_BYTES);
        }
        words.addAll(List.of(image.toString(), tree.toString()));
        return words;
    }

    /** What it said when it failed, in one line. */
    static String reason(String output) {
        String last = "it gave no reason";
        for (String line : output.split("\n")) {
            // "<E> erofs: failed to write: [Error 28] No space left on device", then what it was about to do
            if (!line.isBlank() && (!last.contains("[Error") || line.contains("[Error"))) {
                last = line.strip().replaceFirst("^<[A-Z]> (?:erofs[a-z_]*: *)?\\s*", "");
            }
        }
        return last;
    }
}
