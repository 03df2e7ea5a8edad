package dev.nowake.agent.trace;

import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.PageSize;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceMerger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Records by the kernel's filemap events, which a thread of its own takes. Reads (get_pages) and page faults (fault,
 * map_pages) are told whether the pages were there or not; a kernel without get_pages tells only of pages that were
 * brought in, read-ahead included.
 *
 * <p>A large folio may be mapped whole without any event (measured on 6.18: of a cold model that was touched page by page
 * the events of its faults told 61 %). So of a file somebody maps each large folio counts as touched when it is brought in;
 * when it was there before, it is missed.
 */
final class TracefsRecorder implements Recorder {
    /** Runs of parallel readers: the size from which prefetching in the same order costs no speed. */
    private static final long RUN_BYTES = 2L << 20;

    /** What waits in the buffers is read in well under a second. */
    private static final long DRAIN_SECONDS = 20;

    private static final String READ = "get_pages";
    private static final String BEGIN = "nowake begins";
    private static final String END = "nowake ends";

    private final List<TraceTarget> targets;
    private final TraceInstance instance;
    private final TraceHeader.Source source;
    private final Map<FileKey, Integer> indexes = new HashMap<>();
    private final NumaTopology topology = NumaTopology.read();
    private final long pageBytes = PageSize.bytes(Path.of("/"));
    private final TraceMerger merger = new TraceMerger(RUN_BYTES);
    private final TracedThreads threads = new TracedThreads(Path.of("/"));
    private final BitSet mapped = new BitSet();
    private final CountDownLatch drained = new CountDownLatch(1);
    private Thread reader;
    private InputStream pipe;
    private double startSeconds;
    private long beginMicros = -1;
    private long endMicros = -1;
    private long lost;
    private volatile IOException failure;

    private record FileKey(long device, long inode) {}

    TracefsRecorder(Tracefs tracefs, List<TraceTarget> targets, Scope scope) throws IOException {
        this.targets = targets;
        boolean all = tracefs.hasEvent(READ);
        this.source = all ? TraceHeader.Source.TRACEFS : TraceHeader.Source.TRACEFS_MISSES;
        List<String> events = all ? List.of(READ, "fault", "map_pages", TraceInstance.ADD) : List.of(TraceInstance.ADD);
        for (int i = 0; i < targets.size(); i++) {
            indexes.put(new FileKey(targets.get(i).eventDevice(), targets.get(i).inode()), i);
        }
        this.instance = TraceInstance.create(tracefs, events, targets);
        try {
            switch (scope) {
                case Scope.Host host -> {}
                case Scope.OfProcess process -> instance.follow(process.pid());
                case Scope.Children children -> instance.followChildren();
            }
        } catch (IOException e) {
            instance.close();
            throw e;
        }
    }

    @Override
    public void begin() throws IOException {
        startSeconds = System.currentTimeMillis() / 1e3;
        pipe = instance.pipe();
        instance.begin(BEGIN);
        reader = Thread.ofPlatform().daemon().name("nowake-trace").start(this::drain);
    }

    private void drain() {
        // A page is what one read gives. Lines end with it.
        byte[] buffer = new byte[64 << 10];
        PipeLines lines = new PipeLines(this::take);
        try {
            for (int length = pipe.read(buffer); length > 0 && endMicros < 0; length = pipe.read(buffer)) {
                lines.take(buffer, length);
                if (endMicros >= 0) {
                    break;
                }
            }
        } catch (IOException e) {
            failure = e;
        } finally {
            drained.countDown();
        }
    }

    private void take(String line) {
        FilemapLine event = FilemapLine.parse(line, pageBytes);
        if (event == null) {
            lost += FilemapLine.lost(line);
            beginMicros = beginMicros < 0 ? marker(line, BEGIN) : beginMicros;
            endMicros = marker(line, END);
            return;
        }
        Integer file = indexes.get(new FileKey(event.device(), event.inode()));
        if (file == null || !counts(event, file)) {
            return;
        }
        // A read may ask for more than there is.
        long end = Math.min(
                event.offsetBytes() + event.lengthBytes(), targets.get(file).sizeBytes());
        if (event.offsetBytes() >= 0 && end > event.offsetBytes()) {
            beginMicros = beginMicros < 0 ? event.micros() : beginMicros;
            int node = topology.nodeOfCpu(event.cpu()).id();
            long nanos = Math.max(0, event.micros() - beginMicros) * 1000;
            int pid = Math.max(0, threads.processOf(event));
            merger.add(
                    new Access(file, event.offsetBytes(), end - event.offsetBytes(), node, nanos, pid), event.thread());
        }
    }

    private boolean counts(FilemapLine event, int file) {
        boolean added = event.event().equals(TraceInstance.ADD);
        if (!added && !event.event().equals(READ)) {
            mapped.set(file);
        }
        return !added || source == TraceHeader.Source.TRACEFS_MISSES || mapped.get(file);
    }

    private static long marker(String line, String text) {
        int end = line.endsWith(": " + text) ? line.lastIndexOf(": tracing_mark_write") : -1;
        int start = end < 0 ? -1 : line.lastIndexOf(' ', end);
        return start < 0 ? -1 : FilemapLine.micros(line.substring(start + 1, end));
    }

    @Override
    public Trace finish() throws IOException {
        instance.end(END);
        boolean all = false;
        try {
            all = drained.await(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        if (!all) {
            throw new IOException("the kernel's events could not be read within " + DRAIN_SECONDS + " s");
        }
        close();
        long duration = Math.max(0, endMicros - beginMicros) * 1000;
        return new Trace(
                new TraceHeader(source, startSeconds, duration, lost, merger.dropped()),
                targets.stream().map(TraceTarget::file).toList(),
                merger.accesses());
    }

    @Override
    public void close() {
        try {
            if (pipe != null) {
                if (drained.getCount() > 0) {
                    // The reader's thread sits in read(2), and the descriptor keeps the instance: wake it.
                    instance.end(END);
                    boolean woken = drained.await(2, TimeUnit.SECONDS);
                    assert woken || reader.isAlive();
                }
                pipe.close();
            }
        } catch (IOException gone) {
            // Closed already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        instance.close();
    }
}
