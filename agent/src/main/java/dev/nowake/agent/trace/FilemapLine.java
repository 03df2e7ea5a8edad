package dev.nowake.agent.trace;

import dev.nowake.kernel.proc.DeviceNumber;

/**
 * One line of {@code trace_pipe} about page cache.
 *
 * @param event without its {@code mm_filemap_}: {@code get_pages}, {@code fault}, {@code map_pages}, {@code
 *     add_to_page_cache}
 * @param thread whose doing it is; 0 for the idle one
 * @param process the one it is of, as the kernel has noted, which may be long ago ({@link TracedThreads}); -1 where it has not
 * @param micros on the instance's clock
 */
record FilemapLine(
        String event,
        int thread,
        int process,
        int cpu,
        long micros,
        long device,
        long inode,
        long offsetBytes,
        long lengthBytes) {
    private static final String PREFIX = ": mm_filemap_";

    /**
     * The fields of a line such as {@code cat-77 ( 70) [001] ..... 13607.167072: mm_filemap_fault: dev=254:0 ino=20c0d3
     * ofs=5242880}; null where it is about something else. A process chooses its own name, which may look like any part of a
     * line: all is found from the right.
     */
    static FilemapLine parse(String line, long pageBytes) {
        int event = line.lastIndexOf(PREFIX);
        int colon = event < 0 ? -1 : line.indexOf(": ", event + PREFIX.length());
        if (colon < 0) {
            return null;
        }
        String name = line.substring(event + PREFIX.length(), colon);
        // Older events write "dev 254:0 ino 20c0d3", newer "dev=254:0 ino=20c0d3".
        String fields = line.substring(colon + 1).replace("dev ", "dev=").replace("ino ", "ino=");
        try {
            String[] device = field(fields, "dev=").split(":");
            String place = field(fields, "ofs=");
            int dash = place.indexOf('-', 1);
            long offset = Long.parseLong(dash < 0 ? place : place.substring(0, dash));
            long length =
                    dash < 0 ? pageBytes << order(fields) : Long.parseLong(place.substring(dash + 1)) + 1 - offset;
            int time = line.lastIndexOf(' ', event);
            int cpuEnd = line.lastIndexOf(']', time);
            int cpuStart = line.lastIndexOf('[', cpuEnd);
            String head = line.substring(0, cpuStart).stripTrailing();
            int process = process(head);
            String task = head.endsWith(")")
                    ? head.substring(0, head.lastIndexOf('(')).stripTrailing()
                    : head;
            return new FilemapLine(
                    name,
                    Integer.parseInt(task.substring(task.lastIndexOf('-') + 1)),
                    process,
                    Integer.parseInt(line.substring(cpuStart + 1, cpuEnd)),
                    micros(line.substring(time + 1, event)),
                    DeviceNumber.of(Long.parseLong(device[0]), Long.parseLong(device[1])),
                    Long.parseUnsignedLong(field(fields, "ino="), 16),
                    offset,
                    length);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }

    private static String field(String fields, String name) {
        int start = fields.indexOf(" " + name) + 1 + name.length();
        if (start <= name.length()) {
            throw new IndexOutOfBoundsException(name);
        }
        int end = fields.indexOf(' ', start);
        return fields.substring(start, end < 0 ? fields.length() : end);
    }

    /** Of a folio, where the event tells it. */
    private static int order(String fields) {
        return fields.contains(" order=") ? Integer.parseInt(field(fields, "order=")) & 31 : 0;
    }

    /** Of {@code comm-TID ( TGID)}; -1 of {@code comm-TID (-------)}, and of {@code comm-TID} where none are noted. */
    private static int process(String head) {
        if (!head.endsWith(")")) {
            return -1;
        }
        String process =
                head.substring(head.lastIndexOf('(') + 1, head.length() - 1).strip();
        return process.startsWith("-") ? -1 : Integer.parseInt(process);
    }

    static long micros(String seconds) {
        int point = seconds.indexOf('.');
        return Long.parseLong(seconds.substring(0, point)) * 1_000_000 + Long.parseLong(seconds.substring(point + 1));
    }

    /** How many events a line says were overwritten; 0 for all other lines. */
    static long lost(String line) {
        int start = line.startsWith("CPU:") ? line.indexOf("[LOST ") : -1;
        if (start < 0) {
            return 0;
        }
        int end = line.indexOf(' ', start + 6);
        try {
            return Math.max(1, Long.parseLong(line.substring(start + 6, end)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return 1; // The kernel could not count them either.
        }
    }
}
