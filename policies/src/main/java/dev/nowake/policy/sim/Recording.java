package dev.nowake.policy.sim;

import java.util.List;

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

    /**
     * One range a reader came to.
     *
     * @param file index into {@link Recording#files}
     * @param node the NUMA node the reader ran on, -1 where it is unknown
     * @param nanos since the recording began, -1 where no time was recorded
     * @param pid whose access it was; accesses of one pid follow each other
     */
    public record Access(int file, long offsetBytes, long lengthBytes, int node, long nanos, int pid) {}

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
            long size = access.file() < 0 || access.file() >= files.size()
                    ? -1
                    : files.get(access.file()).sizeBytes();
            if (access.offsetBytes() < 0
                    || access.lengthBytes() <= 0
                    || access.offsetBytes() >= size
                    || access.lengthBytes() > size - access.offsetBytes()
                    || access.nanos() < -1) {
                throw new IllegalArgumentException("access " + (i + 1) + " lies outside its file: " + access);
            }
            read += access.lengthBytes();
            if (read > MAX_READ_BYTES) {
                throw new IllegalArgumentException("the trace reads more than 16 TiB: cut it");
            }
        }
    }

    /** Bytes of all files. */
    public long totalBytes() {
        return files.stream().mapToLong(RecordedFile::sizeBytes).sum();
    }
}
