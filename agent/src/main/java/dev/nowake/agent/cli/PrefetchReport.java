package dev.nowake.agent.cli;

import dev.nowake.kernel.Errno;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a prefetch came to.
 *
 * @param files in the order given
 * @param unreachable files that could not be opened
 * @param firstFailure why the first of them could not, else null
 * @param errors failed chunks by errno
 */
record PrefetchReport(
        List<Entry> files,
        double seconds,
        String mechanism,
        int unreachable,
        CliException firstFailure,
        boolean truncated,
        Map<Errno, Integer> errors) {
    /** Landed under this share of requested is partly done: read-ahead may leave a page behind, a reader would not see it. */
    private static final double ENOUGH = 0.99;

    record Entry(Path path, long requestedBytes, long landedBytes, long alreadyResidentBytes) {
        /** Of the same file. */
        Entry plus(Entry more) {
            return new Entry(
                    path,
                    requestedBytes + more.requestedBytes,
                    landedBytes + more.landedBytes,
                    alreadyResidentBytes + more.alreadyResidentBytes);
        }
    }

    long requestedBytes() {
        return files.stream().mapToLong(Entry::requestedBytes).sum();
    }

    long landedBytes() {
        return files.stream().mapToLong(Entry::landedBytes).sum();
    }

    long alreadyResidentBytes() {
        return files.stream().mapToLong(Entry::alreadyResidentBytes).sum();
    }

    boolean isDone() {
        return unreachable == 0 && landedBytes() >= requestedBytes() * ENOUGH;
    }

    void write(JsonOutput json) {
        json.array(
                "files",
                files,
                file -> json.path(file.path())
                        .number("requestedBytes", file.requestedBytes())
                        .number("landedBytes", file.landedBytes())
                        .number("alreadyResidentBytes", file.alreadyResidentBytes()));
        json.number("requestedBytes", requestedBytes())
                .number("landedBytes", landedBytes())
                .number("alreadyResidentBytes", alreadyResidentBytes())
                .decimal("seconds", seconds)
                .text("mechanism", mechanism);
    }

    void print(PrintStream target) {
        String already = alreadyResidentBytes() > 0 ? ", " + Sizes.of(alreadyResidentBytes()) + " were there" : "";
        if (requestedBytes() == 0) {
            target.println("nothing to do" + already);
        } else {
            target.println("prefetched " + Sizes.of(landedBytes()) + " of " + Sizes.of(requestedBytes()) + " in "
                    + Sizes.digits(seconds) + " s (" + Sizes.digits(landedBytes() / Math.max(seconds, 1e-9) / 1e9)
                    + " GB/s, " + mechanism + ")" + already);
        }
        target.flush();
    }

    /** One line: why it is not all there and what to do. */
    String advice(long availableBytes) {
        if (unreachable > 0) {
            return firstFailure.andMore(unreachable - 1).getMessage();
        }
        long missing = requestedBytes() - landedBytes();
        List<String> failed = new ArrayList<>();
        errors.forEach((errno, count) -> failed.add(errno.symbol() + " x" + count));
        failed.sort(null);
        String what = Sizes.of(missing) + " did not land";
        if (!failed.isEmpty()) {
            return what + ": " + String.join(", ", failed) + "; see the kernel log for the storage below";
        }
        if (truncated) {
            return what + ": a file became shorter meanwhile; try again when it is complete";
        }
        if (requestedBytes() > availableBytes) {
            return what + ": the files are larger than the memory available (" + Sizes.of(availableBytes) + ")";
        }
        return what + ": the filesystem keeps no pages, or memory is short; see nowake doctor";
    }
}
