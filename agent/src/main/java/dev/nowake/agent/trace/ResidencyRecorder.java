package dev.nowake.agent.trace;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.kernel.proc.ProcessFiles;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceMerger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Records where the kernel's events may not be had: looks now and then which pages have appeared, and how far descriptors
 * that read(2) moves have got. Each byte is told once, in the order of the looks and within a look in the file's order.
 * Sees nothing of pages that were there before unless they are read(2), and takes read-ahead for reading.
 */
final class ResidencyRecorder implements Recorder {
    /** At 2 GB/s 40 MB pass between two looks: coarse, but each costs a call for each file. */
    private static final long LOOK_MILLIS = 20;

    /** Finding who has the files open walks through /proc: 20 ms on a host with 400 processes. */
    private static final long SCAN_MILLIS = 500;

    private final Kernel kernel;
    private final Scope scope;
    private final List<Watched> files = new ArrayList<>();
    private final Map<FileKey, Watched> byKey = new HashMap<>();
    private final Map<Descriptor, Long> positions = new HashMap<>();
    private final TraceMerger merger = new TraceMerger(0);
    private final CountDownLatch stop = new CountDownLatch(1);
    private Thread looker;
    private Thread scanner;
    private double startSeconds;
    private long beginNanos;
    private volatile Users users = new Users(Map.of(), Set.of());
    private volatile IOException failure;

    private record Descriptor(int pid, int fd, Watched file) {}

    /** What the last scan found: who has each file open or mapped, and by which descriptors. */
    private record Users(Map<Watched, Set<Integer>> pids, Set<Descriptor> descriptors) {}

    private static final class Watched {
        private final int index;
        private final TraceTarget target;
        private final OpenFile open;
        private RangeSet told = RangeSet.EMPTY;
        private long seenBytes;

        Watched(int index, TraceTarget target, OpenFile open) {
            this.index = index;
            this.target = target;
            this.open = open;
        }
    }

    /** Fails with EPERM where the residency of a file is not to be known. */
    ResidencyRecorder(Kernel kernel, List<TraceTarget> targets, Scope scope) throws IOException {
        this.kernel = kernel;
        this.scope = scope;
        try {
            for (TraceTarget target : targets) {
                Watched watched =
                        new Watched(files.size(), target, kernel.files().open(target.path()));
                files.add(watched);
                resident(watched);
                byKey.put(new FileKey(target.device(), target.inode()), watched);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    @Override
    public void begin() throws IOException {
        for (Watched file : files) {
            file.told = resident(file);
            file.seenBytes = file.told.bytes();
        }
        startSeconds = System.currentTimeMillis() / 1e3;
        beginNanos = System.nanoTime();
        looker = Thread.ofPlatform().daemon().name("nowake-trace").start(this::look);
        scanner = Thread.ofPlatform().daemon().name("nowake-trace-scan").start(this::scan);
    }

    private void look() {
        try {
            do {
                lookOnce();
            } while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
            lookOnce();
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOnce() throws IOException {
        long now = System.nanoTime();
        Users seen = users;
        positions.keySet().retainAll(seen.descriptors());
        for (Descriptor descriptor : seen.descriptors()) {
            // What it read before it was found is not known: it may have been moved there.
            DescriptorInfo.read(descriptor.pid(), descriptor.fd())
                    .ifPresent(info -> positions.putIfAbsent(descriptor, info.positionBytes()));
        }
        for (Map.Entry<Descriptor, Long> each : positions.entrySet()) {
            Descriptor descriptor = each.getKey();
            DescriptorInfo.read(descriptor.pid(), descriptor.fd()).ifPresent(info -> {
                long from = each.setValue(info.positionBytes());
                tell(descriptor.file(), RangeSet.between(from, info.positionBytes()), now, descriptor.pid());
            });
        }
        for (Watched file : files) {
            // Cheap, and counts pages that are still under way: until those have landed it is looked at again.
            if (residentBytes(file) != file.seenBytes) {
                RangeSet resident = resident(file);
                file.seenBytes = resident.bytes();
                Set<Integer> pids = seen.pids().getOrDefault(file, Set.of());
                int pid = pids.size() == 1 ? pids.iterator().next() : Access.UNKNOWN;
                tell(file, resident, now, pid);
            }
        }
    }

    private void tell(Watched file, RangeSet seen, long now, int pid) {
        RangeSet fresh = seen.within(0, file.target.sizeBytes()).minus(file.told);
        for (ByteRange range : fresh.ranges()) {
            merger.add(
                    new Access(file.index, range.start(), range.lengthBytes(), Access.UNKNOWN, now - beginNanos, pid));
        }
        file.told = file.told.union(fresh);
    }

    private void scan() {
        try {
            do {
                users = findUsers();
            } while (!stop.await(SCAN_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Users findUsers() {
        OpenFileScan.Users found = OpenFileScan.scan(byKey.keySet());
        Map<Watched, Set<Integer>> pids = new HashMap<>();
        Set<Descriptor> open = new HashSet<>();
        for (Map.Entry<FileKey, Watched> each : byKey.entrySet()) {
            pids.put(each.getValue(), found.pids(each.getKey()));
            for (int pid : found.opened().getOrDefault(each.getKey(), Set.of())) {
                if (scope instanceof Scope.OfProcess only && only.pid() != pid) {
                    continue;
                }
                for (int fd : ProcessFiles.read(pid).descriptorsOf(each.getKey())) {
                    open.add(new Descriptor(pid, fd, each.getValue()));
                }
            }
        }
        return new Users(pids, open);
    }

    private long residentBytes(Watched file) throws IOException {
        return kernel.pageCache()
                .residency(file.open, 0, file.target.sizeBytes())
                .residentBytes();
    }

    private RangeSet resident(Watched file) throws IOException {
        List<Extent> extents = kernel.pageCache().residentExtents(file.open, 0, file.target.sizeBytes());
        return RangeSet.ofAll(extents.stream()
                .filter(extent -> extent.lengthBytes() > 0)
                .map(extent -> ByteRange.ofLength(extent.offsetBytes(), extent.lengthBytes()))
                .toList());
    }

    @Override
    public Trace finish() throws IOException {
        long duration = System.nanoTime() - beginNanos;
        close();
        if (failure != null) {
            throw failure;
        }
        return new Trace(
                new TraceHeader(TraceHeader.Source.RESIDENCY, startSeconds, duration, 0, merger.dropped()),
                files.stream().map(file -> file.target.file()).toList(),
                merger.accesses());
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            if (scanner != null) {
                looker.join();
                scanner.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        files.forEach(file -> file.open.close());
    }
}
