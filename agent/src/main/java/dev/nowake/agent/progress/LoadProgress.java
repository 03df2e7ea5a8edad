package dev.nowake.agent.progress;

import dev.nowake.agent.load.ProgressSource;
import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.agent.trace.LiveReads;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the readers of one load. Best is what each reader's page tables and positions tell; a reader that reads although
 * its positions stand still (pread(2)) is followed by the kernel's own events where they may be had, and else by the pages
 * that appear without having been asked for. Calls one after the other, from any thread.
 */
public final class LoadProgress implements AutoCloseable {
    private final Path procRoot;
    private final Kernel kernel;
    private final MappedPages pages;
    private final Map<Integer, ReaderTrack> tracks = new HashMap<>();
    private final Map<FileId, RangeSet> resident = new HashMap<>();
    private volatile LiveReads events;
    private boolean eventsTried;

    public LoadProgress(Path procRoot, Kernel kernel) {
        this.procRoot = procRoot;
        this.kernel = kernel;
        this.pages = new MappedPages(procRoot, kernel);
    }

    public ProgressSeen look(ProgressQuestion question) {
        long began = cpuNanos();
        tracks.keySet().retainAll(question.readers());
        boolean moved = false;
        boolean direct = false;
        Map<FileId, Long> finished = Map.of();
        List<Integer> unseen = new ArrayList<>();
        for (int pid : question.readers()) {
            ReaderTrack track = tracks.computeIfAbsent(pid, any -> new ReaderTrack(procRoot, pid, pages));
            moved |= track.look(question);
            direct |= track.readsDirectly();
            finished = track.finished();
            if (track.readsUnseen()) {
                moved = true;
                unseen.add(pid);
            }
        }
        lookCloser(question, unseen);
        Map<FileId, FilePlace> places = new LinkedHashMap<>();
        Map<Integer, ReaderProgress> readers = new LinkedHashMap<>();
        tracks.forEach((pid, track) -> {
            track.files().forEach((id, file) -> {
                ProgressQuestion.Asked asked = question.files().get(id);
                if (asked != null && file.isHere()) {
                    places.merge(id, file.place(asked.headerBytes()), FilePlace::with);
                }
            });
            readers.put(pid, track.progress(events == null ? ProgressSource.RESIDENCY : ProgressSource.TRACEPOINTS));
        });
        return new ProgressSeen(places, readers, finished, moved, direct, cpuNanos() - began);
    }

    /** At readers that read, and not where their descriptors stand. */
    private void lookCloser(ProgressQuestion question, List<Integer> unseen) {
        if (!unseen.isEmpty() && question.events() && !eventsTried) {
            eventsTried = true;
            List<Path> paths = question.files().values().stream()
                    .map(ProgressQuestion.Asked::path)
                    .toList();
            events = LiveReads.open(kernel, paths).orElse(null);
        }
        if (events != null) {
            tracks.forEach((pid, track) -> track.files().forEach((id, file) -> {
                RangeSet touched = events.take(pid, id.device(), id.inode());
                ProgressQuestion.Asked asked = question.files().get(id);
                if (asked != null && !touched.isEmpty() && !file.isMapped()) {
                    file.saw(touched.within(0, asked.sizeBytes()), asked.gone());
                }
            }));
        } else if (unseen.size() == 1) { // of several nobody can say which of them missed a page
            tracks.get(unseen.getFirst()).standing().forEach((id, file) -> appeared(question, id, file));
        }
    }

    /** The first look says what was there; what appears from then on was missed by somebody. */
    private void appeared(ProgressQuestion question, FileId id, FileTrack file) {
        ProgressQuestion.Asked asked = question.files().get(id);
        if (asked == null || asked.file() == null) {
            return;
        }
        List<ByteRange> now = new ArrayList<>();
        try {
            for (Extent extent : kernel.pageCache().residentExtents(asked.file(), 0, asked.sizeBytes())) {
                now.add(ByteRange.ofLength(extent.offsetBytes(), extent.lengthBytes()));
            }
        } catch (KernelException unknown) {
            return;
        }
        RangeSet resides = RangeSet.ofAll(now);
        RangeSet before = resident.put(id, resides);
        if (before != null) {
            file.saw(resides.minus(before).minus(asked.expected()), asked.gone());
        }
    }

    /** Of the calling thread, which is not charged for waiting. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Any thread, also more than once. */
    @Override
    public void close() {
        if (events != null) {
            events.close();
        }
    }
}
