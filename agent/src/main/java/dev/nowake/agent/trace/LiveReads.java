package dev.nowake.agent.trace;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.kernel.proc.PageSize;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What processes read of some files while it happens, by the kernel's event for it (mm_filemap_get_pages, where the kernel
 * has it). Listens for a hundredth of a CPU at most: beyond that it is deaf for a while, and what happens then is not known
 * to have been read. A thread of its own takes the events.
 */
public final class LiveReads implements AutoCloseable {
    private static final String READ = "get_pages";
    private static final String END = "nowake ends";

    /** One part of so many of the time is spent on events. */
    private static final long SHARE = 100;

    /** As much may be spent at once, for the thread's own beginning. */
    private static final long CREDIT_NANOS = 50_000_000L;

    /** So many ranges of one process and file wait to be taken; then they are merged. */
    private static final int MOST_WAITING = 4096;

    private static final int CLOSE_TRIES = 20;
    private static final long CLOSE_WAIT_MILLIS = 50;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private record Key(int pid, long device, long inode) {}

    private final TraceInstance instance;
    private final InputStream pipe;
    private final Map<Key, List<ByteRange>> taken = new HashMap<>();
    private final Map<FileKey, Long> devices = new HashMap<>();
    private final TracedThreads threads = new TracedThreads(Path.of("/"));
    private final long pageBytes = PageSize.bytes(Path.of("/"));
    private final CountDownLatch drained = new CountDownLatch(1);
    private volatile boolean ended;

    /** The event's device, which is not always what stat(2) says. */
    private record FileKey(long device, long inode) {}

    private LiveReads(TraceInstance instance, List<TraceTarget> targets) throws IOException {
        this.instance = instance;
        this.pipe = instance.pipe();
        targets.forEach(each -> devices.put(new FileKey(each.eventDevice(), each.inode()), each.device()));
        Thread.ofPlatform().daemon().name("nowake-live-reads").start(this::drain);
    }

    /** Empty where tracefs is not mounted, not ours to use, or knows no such event. */
    public static Optional<LiveReads> open(Kernel kernel, List<Path> files) {
        MountInfo mounts = MountInfo.read();
        Tracefs tracefs =
                Tracefs.find(mounts).filter(found -> found.hasEvent(READ)).orElse(null);
        if (tracefs == null) {
            return Optional.empty();
        }
        tracefs.removeStale();
        TraceInstance instance = null;
        try {
            List<TraceTarget> targets = new ArrayList<>();
            for (Path file : files) {
                targets.add(TraceTarget.of(file, kernel.files(), mounts));
            }
            instance = TraceInstance.create(tracefs, NUMBER.incrementAndGet(), List.of(READ), targets);
            LiveReads reads = new LiveReads(instance, targets);
            instance.on();
            return Optional.of(reads);
        } catch (IOException refused) {
            if (instance != null) {
                instance.close();
            }
            return Optional.empty();
        }
    }

    /** What the process has read of the file since the last call. */
    public RangeSet take(int pid, long device, long inode) {
        List<ByteRange> ranges;
        synchronized (taken) {
            ranges = taken.remove(new Key(pid, device, inode));
        }
        return ranges == null ? RangeSet.EMPTY : RangeSet.ofAll(ranges);
    }

    private void drain() {
        byte[] buffer = new byte[64 << 10];
        PipeLines lines = new PipeLines(this::take);
        long began = System.nanoTime();
        try (pipe) {
            for (int length = pipe.read(buffer); length > 0 && !ended; length = pipe.read(buffer)) {
                lines.take(buffer, length);
                rest(began);
            }
        } catch (IOException gone) {
            // The instance was removed: nothing more comes.
        } finally {
            instance.close();
            drained.countDown();
        }
    }

    private void take(String line) {
        FilemapLine event = FilemapLine.parse(line, pageBytes);
        Long device = event == null ? null : devices.get(new FileKey(event.device(), event.inode()));
        if (device == null || event.offsetBytes() < 0 || event.lengthBytes() <= 0) {
            return;
        }
        Key key = new Key(threads.processOf(event), device, event.inode());
        synchronized (taken) {
            List<ByteRange> ranges = taken.computeIfAbsent(key, any -> new ArrayList<>());
            ranges.add(ByteRange.ofLength(event.offsetBytes(), event.lengthBytes()));
            if (ranges.size() >= MOST_WAITING) {
                taken.put(key, new ArrayList<>(RangeSet.ofAll(ranges).ranges()));
            }
        }
    }

    /** Deaf until its share of the time is no more than it should be. */
    private void rest(long began) throws IOException {
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - CREDIT_NANOS;
        long early = cpu * SHARE - (System.nanoTime() - began);
        if (early > 0) {
            instance.off();
            long until = System.nanoTime() + early;
            while (!ended && System.nanoTime() < until) {
                LockSupport.parkNanos(Math.min(early, 50_000_000L));
            }
            instance.on();
        }
    }

    /**
     * The thread sits in read(2) until it is woken by one more line. That one is lost when the thread goes deaf at the same
     * moment: then it is written again. Waits a second at most.
     */
    @Override
    public void close() {
        ended = true;
        try {
            for (int i = 0; i < CLOSE_TRIES; i++) {
                instance.on();
                instance.end(END);
                if (drained.await(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                    instance.close(); // the file that was just written to may have kept it from its thread
                    return;
                }
            }
        } catch (IOException gone) {
            return; // the instance is, or tracefs is no longer mounted where it was
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
