package dev.nowake.agent.trace;

import dev.nowake.kernel.proc.DeviceNumber;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An instance of the kernel's tracing that is ours alone: its buffers, filters and events, gone with {@link #close}. The
 * kernel drops what is about other files before it costs anything.
 */
final class TraceInstance implements AutoCloseable {
    /**
     * All CPUs' buffers together. An event takes some 50 bytes: a million of them wait here while the reader's thread does
     * not run, which are 64 GB mapped in windows of 64 KiB.
     */
    private static final int BUFFERS_KIB = 64 << 10;

    private static final int MOST_PER_CPU_KIB = 32 << 10;
    private static final int LEAST_PER_CPU_KIB = 128;

    /** A filter is a page of text at most, and each inode takes some 25 characters of it. */
    private static final int MAX_FILTER_CHARS = 3000;

    /** Pages came into page cache. */
    static final String ADD = "add_to_page_cache";

    /** Sixteen pages are mapped around a fault, with an event; larger folios may be mapped whole and without. */
    private static final int FAULT_AROUND_ORDER = 4;

    private final Path folder;
    private final List<String> events;

    private TraceInstance(Path folder, List<String> events) {
        this.folder = folder;
        this.events = events;
    }

    /** Makes it, with these events for these files; nothing is recorded before {@link #begin}. */
    static TraceInstance create(Tracefs tracefs, List<String> events, List<TraceTarget> targets) throws IOException {
        return create(tracefs, 0, events, targets);
    }

    /** {@code number}: tells instances of one process apart. */
    static TraceInstance create(Tracefs tracefs, int number, List<String> events, List<TraceTarget> targets)
            throws IOException {
        Path folder = tracefs.ownInstance(number);
        Files.createDirectory(folder);
        TraceInstance instance = new TraceInstance(folder, events);
        try {
            instance.configure(filter(targets));
            return instance;
        } catch (IOException e) {
            instance.close();
            throw e;
        }
    }

    private void configure(String filter) throws IOException {
        write("tracing_on", "0");
        write("trace_clock", "mono");
        int cpus = Runtime.getRuntime().availableProcessors();
        write("buffer_size_kb", "" + Math.clamp(BUFFERS_KIB / cpus, LEAST_PER_CPU_KIB, MOST_PER_CPU_KIB));
        writeWherePossible("options/record-tgid", "1");
        for (String event : events) {
            write("events/filemap/mm_filemap_" + event + "/filter", filter + onlyOf(event));
            write("events/filemap/mm_filemap_" + event + "/enable", "1");
        }
    }

    /** Beside others, pages that come in are told only where they are too large for the faults that map them to be told. */
    private String onlyOf(String event) {
        boolean beside = event.equals(ADD) && events.size() > 1;
        return beside ? " && order > " + FAULT_AROUND_ORDER : "";
    }

    /** These files, touched by anybody but a nowake that prefetches them: its threads bear its name. */
    static String filter(List<TraceTarget> targets) {
        Set<String> devices = new TreeSet<>();
        Set<String> files = new TreeSet<>();
        for (TraceTarget target : targets) {
            // The kernel's own dev_t: twelve bits and twenty.
            long device =
                    (long) DeviceNumber.major(target.eventDevice()) << 20 | DeviceNumber.minor(target.eventDevice());
            devices.add("s_dev == " + device);
            files.add("(s_dev == " + device + " && i_ino == " + Long.toUnsignedString(target.inode()) + ")");
        }
        String which = String.join(" || ", files);
        if (which.length() > MAX_FILTER_CHARS) {
            which = String.join(" || ", devices);
        }
        return "(" + which + ") && !(comm ~ \"nowake-*\")";
    }

    /** Only what this process and those it forks from now on do. */
    void follow(long pid) throws IOException {
        List<String> threads = new ArrayList<>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            tasks.forEach(task -> threads.add(task.getFileName().toString()));
        }
        write("options/event-fork", "1");
        write("set_event_pid", String.join(" ", threads));
    }

    /** Only what the processes do that the calling thread forks from now on. */
    void followChildren() throws IOException {
        write("options/event-fork", "1");
        write(
                "set_event_pid",
                Files.readSymbolicLink(Path.of("/proc/thread-self"))
                        .getFileName()
                        .toString());
    }

    InputStream pipe() throws IOException {
        return new FileInputStream(folder.resolve("trace_pipe").toFile());
    }

    void begin(String marker) throws IOException {
        write("tracing_on", "1");
        write("trace_marker", marker);
    }

    void on() throws IOException {
        write("tracing_on", "1");
    }

    /** Events are lost until {@link #on}, and nobody pays for them. */
    void off() throws IOException {
        write("tracing_on", "0");
    }

    /** No event comes after the marker. */
    void end(String marker) throws IOException {
        for (String event : events) {
            write("events/filemap/mm_filemap_" + event + "/enable", "0");
        }
        write("trace_marker", marker);
    }

    private void write(String name, String value) throws IOException {
        Files.write(folder.resolve(name), (value + "\n").getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    private void writeWherePossible(String name, String value) {
        try {
            write(name, value);
        } catch (IOException missing) {
            // Older kernels have fewer options; the events say less then.
        }
    }

    /** Removes the instance. Does nothing when it is gone; while somebody reads it, it stays for the next recording. */
    @Override
    public void close() {
        for (String event : events) {
            writeWherePossible("events/filemap/mm_filemap_" + event + "/enable", "0");
        }
        try {
            Files.deleteIfExists(folder);
        } catch (IOException busy) {
            // Tracefs.removeStale
        }
    }
}
