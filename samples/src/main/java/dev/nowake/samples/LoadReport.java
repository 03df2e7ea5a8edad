package dev.nowake.samples;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one rank, or several together, saw of a load. Times are CLOCK_MONOTONIC, so those of several processes can be
 * compared.
 *
 * @param startNanos just before the first open
 * @param loadedNanos after the last byte was looked at
 * @param closedNanos after the last close or unmap
 * @param majorFaults of the whole process in that time
 * @param checksum sum of all little-endian 64-bit words; equal for every way of reading
 */
record LoadReport(long bytes, long startNanos, long loadedNanos, long closedNanos, long majorFaults, long checksum) {

    private static final Pattern LINE = Pattern.compile("\"(\\w+)\":\"?([0-9a-fx.-]+)");

    LoadReport with(LoadReport other) {
        if (checksum != other.checksum) {
            throw new IllegalStateException(
                    "two ranks read different bytes: checksums %016x and %016x".formatted(checksum, other.checksum));
        }
        return new LoadReport(
                bytes + other.bytes,
                Math.min(startNanos, other.startNanos),
                Math.max(loadedNanos, other.loadedNanos),
                Math.max(closedNanos, other.closedNanos),
                majorFaults + other.majorFaults,
                checksum);
    }

    LoadReport withMajorFaults(long faults) {
        return new LoadReport(bytes, startNanos, loadedNanos, closedNanos, faults, checksum);
    }

    String json(LoaderArguments arguments) {
        double seconds = (loadedNanos - startNanos) / 1e9;
        return String.format(
                Locale.ROOT,
                "{\"how\":\"%s\",\"ranks\":%d,\"threads\":%d,\"files\":%d,\"bytes\":%d,\"seconds\":%.6f,"
                        + "\"gbPerSecond\":%.4f,\"majorFaults\":%d,\"checksum\":%s,\"startNanos\":%d,"
                        + "\"loadedNanos\":%d,\"closedNanos\":%d,\"pid\":%d}",
                arguments.how().word(),
                arguments.ranks(),
                arguments.threads(),
                arguments.files().size(),
                bytes,
                seconds,
                bytes / 1e9 / seconds,
                majorFaults,
                arguments.checksum() ? "\"0x%016x\"".formatted(checksum) : "null",
                startNanos,
                loadedNanos,
                closedNanos,
                ProcessHandle.current().pid());
    }

    /** Reads back a line that {@link #json} has written in another process. */
    static LoadReport parse(String line) {
        long bytes = 0;
        long startNanos = 0;
        long loadedNanos = 0;
        long closedNanos = 0;
        long majorFaults = 0;
        long checksum = 0;
        Matcher matcher = LINE.matcher(line);
        while (matcher.find()) {
            String value = matcher.group(2);
            switch (matcher.group(1)) {
                case "bytes" -> bytes = Long.parseLong(value);
                case "startNanos" -> startNanos = Long.parseLong(value);
                case "loadedNanos" -> loadedNanos = Long.parseLong(value);
                case "closedNanos" -> closedNanos = Long.parseLong(value);
                case "majorFaults" -> majorFaults = Long.parseLong(value);
                case "checksum" ->
                    checksum = value.startsWith("0x") ? Long.parseUnsignedLong(value, 2, value.length(), 16) : 0;
                default -> {
                    // the rest follows from these
                }
            }
        }
        return new LoadReport(bytes, startNanos, loadedNanos, closedNanos, majorFaults, checksum);
    }
}
