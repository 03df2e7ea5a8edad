package dev.nowake.samples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * The command line of {@link Loader}.
 *
 * @param ranks how many readers load the whole model at once
 * @param rankThreads ranks are threads of one process; otherwise each is a process
 * @param threads of one rank
 * @param holdSeconds how long the model stays open or mapped after it has been read
 */
public record LoaderArguments(
        How how, int ranks, boolean rankThreads, int threads, double holdSeconds, boolean checksum, List<Path> files) {

    static final String USAGE = """
            usage: Loader --how read|pread|mmap|mmap-random [--ranks 1] [--rank-kind process|thread] [--threads 1]
                   [--hold-seconds 0] [--checksum] FILE...""";

    /** How a rank gets at a file's bytes. */
    public enum How {
        /** read(2), one shard a thread. */
        READ,
        /** pread(2) of 4 MiB pieces, all threads on one shard. */
        PREAD,
        /** A mapping touched from its start to its end. */
        MMAP,
        /** A mapping touched tensor by tensor in shuffled order. */
        MMAP_RANDOM;

        boolean mapped() {
            return this == MMAP || this == MMAP_RANDOM;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static LoaderArguments parse(String[] args) {
        How how = How.MMAP;
        int ranks = 1;
        boolean rankThreads = false;
        int threads = 1;
        double holdSeconds = 0;
        boolean checksum = false;
        List<Path> files = new ArrayList<>();
        Iterator<String> words = Arrays.asList(args).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "--how" ->
                    how = How.valueOf(
                            value(words, word).toUpperCase(Locale.ROOT).replace('-', '_'));
                case "--ranks" -> ranks = atLeastOne(word, value(words, word));
                case "--rank-kind" -> rankThreads = rankThreads(value(words, word));
                case "--threads" -> threads = atLeastOne(word, value(words, word));
                case "--hold-seconds" -> holdSeconds = Double.parseDouble(value(words, word));
                case "--checksum" -> checksum = true;
                default -> files.add(file(word));
            }
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no file given");
        }
        return new LoaderArguments(how, ranks, rankThreads, threads, holdSeconds, checksum, List.copyOf(files));
    }

    /** The words that make another process load the same once. */
    List<String> forOneRank() {
        List<String> words = new ArrayList<>(List.of("--how", how.word()));
        words.addAll(List.of("--threads", "" + threads, "--hold-seconds", "" + holdSeconds));
        if (checksum) {
            words.add("--checksum");
        }
        files.forEach(file -> words.add(file.toString()));
        return words;
    }

    private static String value(Iterator<String> words, String option) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return words.next();
    }

    private static Path file(String word) {
        if (word.startsWith("--")) {
            throw new IllegalArgumentException("unknown option " + word);
        }
        return Path.of(word);
    }

    private static boolean rankThreads(String value) {
        return switch (value) {
            case "thread" -> true;
            case "process" -> false;
            default -> throw new IllegalArgumentException("--rank-kind is process or thread, not " + value);
        };
    }

    private static int atLeastOne(String option, String value) {
        int number = Integer.parseInt(value);
        if (number < 1) {
            throw new IllegalArgumentException(option + " must be at least 1");
        }
        return number;
    }
}
