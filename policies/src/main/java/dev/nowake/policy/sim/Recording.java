package dev.nowake.policy.sim;

import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A load as it was recorded: which ranges its readers came to, in order. Throws {@link IllegalArgumentException} with one
 * line where a range lies outside its file or the whole is larger than can be simulated.
 *
 * @param files in the order loaders consume them
 */
public record Recording(List<RecordedFile> files, List<Access> accesses) {
    /** Ten bytes of memory for every 128 KiB: a model of 1 TiB takes 84 MB to simulate. */
    public static final long MAX_TOTAL_BYTES = 1L << 40;

    /** What all accesses together may read: at some ten million blocks a second this takes ten seconds. */
    public static final long MAX_READ_BYTES = 16L << 40;

    /** No model has so many files. */
    public static final int MAX_FILES = 100_000;

    /** One weight file. */
    public record RecordedFile(String path, long sizeBytes) {}

    public Recording {
        files = List.copyOf(files);
        accesses = List.copyOf(accesses);
        check(files, accesses);
    }

    private static void check(List<RecordedFile> files, List<Access> accesses) {
        if (accesses.isEmpty()) {
            throw new IllegalArgumentException("the trace holds no access: record a load that reads something");
        }
        if (files.size() > MAX_FILES) {
            throw new IllegalArgumentException(
                    "the trace has " + files.size() + " files, at most " + MAX_FILES + " can be simulated");
        }
        long total = 0;
        for (RecordedFile file : files) {
            if (file.sizeBytes() <= 0 || file.sizeBytes() > MAX_TOTAL_BYTES - total) {
                throw new IllegalArgumentException("the trace's files have more bytes than can be simulated (1 TiB),"
                        + " or one has none: " + file.path());
            }
            total += file.sizeBytes();
        }
        long read = 0;
        for (int i = 0; i < accesses.size(); i++) {
            Access access = accesses.get(i);
            if (access.file() >= files.size()
                    || access.endBytes() > files.get(access.file()).sizeBytes()) {
                throw new IllegalArgumentException("access " + (i + 1) + " of the trace lies outside its file");
            }
            read += access.lengthBytes();
            if (read > MAX_READ_BYTES) {
                throw new IllegalArgumentException("the trace reads more than 16 TiB: cut it");
            }
        }
    }

    /** A trace's load: its files in the order of their names; one of unknown size ends where its last access does. */
    public static Recording of(Trace trace) {
        long[] sizes = trace.files().stream().mapToLong(TraceFile::sizeBytes).toArray();
        boolean[] untold = new boolean[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            untold[i] = sizes[i] < 0;
        }
        for (Access access : trace.accesses()) {
            if (untold[access.file()]) {
                sizes[access.file()] = Math.max(sizes[access.file()], access.endBytes());
            }
        }
        int[] order = IntStream.range(0, sizes.length)
                .filter(file -> sizes[file] > 0)
                .boxed()
                .sorted(Comparator.comparing(
                        file -> trace.files().get(file).name().text()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] place = new int[sizes.length];
        List<RecordedFile> files = new ArrayList<>();
        for (int file : order) {
            place[file] = files.size();
            files.add(new RecordedFile(trace.files().get(file).name().text(), sizes[file]));
        }
        List<Access> accesses = new ArrayList<>(trace.accesses().size());
        for (Access access : trace.accesses()) {
            accesses.add(new Access(
                    place[access.file()],
                    access.offsetBytes(),
                    access.lengthBytes(),
                    access.node(),
                    access.timeNanos(),
                    access.pid()));
        }
        return new Recording(files, accesses);
    }

    /** Bytes of all files. */
    public long totalBytes() {
        return files.stream().mapToLong(RecordedFile::sizeBytes).sum();
    }
}
