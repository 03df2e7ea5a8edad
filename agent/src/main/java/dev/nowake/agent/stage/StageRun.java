package dev.nowake.agent.stage;

import dev.nowake.agent.execute.MountTraits;
import dev.nowake.agent.observe.Amounts;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One copy from a file or folder to another: many pieces under way at once, past the page cache, each file durable before it
 * takes its name. Runs again from where it was ended, whatever ended it.
 */
public final class StageRun {
    /** Pieces under way at most: 48 of them are 108 MiB of buffers, and a verb has 128. */
    public static final int MOST_STREAMS = 48;

    /** As much in flight as a disk needs, with pieces of 2 MiB. */
    private static final int LOCAL_STREAMS = 4;

    /** What a server with 10 ms a request needs for 6 GB/s; the buffers are 64 MiB. */
    private static final int REMOTE_STREAMS = 32;

    /** A process that serves files has a connection and a buffer for each that is open; 10 ms are 3 GB/s. */
    private static final int FUSE_STREAMS = 16;

    private final Kernel kernel;
    private final Path source;
    private final Path target;
    private final int streams;
    private final boolean verify;
    private final Tally tally = new Tally();
    private volatile List<Path> skipped = List.of();
    private volatile Pieces pieces;
    private volatile long startNanos = System.nanoTime();

    /**
     * @param streams pieces under way at once, up to {@link #MOST_STREAMS}; 0 for as many as the source's mount deserves
     * @param verify compare the content of every file, those that were there already too
     */
    public StageRun(Kernel kernel, Path source, Path target, int streams, boolean verify) {
        this.kernel = kernel;
        this.source = source;
        this.target = target;
        this.streams = streams;
        this.verify = verify;
    }

    /** For progress: bytes of work there are in all, 0 until that is known; where content is compared each counts twice. Any thread. */
    public long wholeBytes() {
        return tally.wholeBytes.get();
    }

    /** Bytes that need no more work. Any thread. */
    public long doneBytes() {
        return tally.doneBytes.get();
    }

    /** Grows as long as source and target answer. Any thread. */
    public long answers() {
        return tally.answers.get();
    }

    /** Whether it is the target that threads wait for, and not the source. Any thread. */
    public boolean isWriting() {
        return tally.writing.get() > 0;
    }

    /** Ends soon; what has arrived is kept for the next run. Any thread. */
    public void stop() {
        tally.stopped.set(true);
    }

    /**
     * Blocks until everything is there or cannot be.
     *
     * @throws IOException with one line: the source cannot be read, or the target's disk has too little space for it. Then
     *     nothing was copied
     */
    public StageReport run() throws IOException, InterruptedException {
        startNanos = System.nanoTime();
        StageTree tree = StageTree.list(source, target, kernel.files(), tally);
        skipped = tree.skipped();
        List<StageFile> wanted = new ArrayList<>();
        List<StageFile> present = new ArrayList<>();
        for (StageFile file : tree.files()) {
            (isThere(file) ? present : wanted).add(file);
        }
        tally.wholeBytes.set(tree.sizeBytes() * (verify ? 2 : 1));
        tally.unchanged.set(present.size());
        tally.doneBytes.addAndGet(
                present.stream().mapToLong(StageFile::sizeBytes).sum());
        requireSpace(wanted);
        tree.folders().forEach(this::makeFolder);
        tree.links().forEach(this::makeLink);
        int count = streams > 0 ? streams : streams(source.toRealPath());
        pieces = new Pieces(wanted, verify ? present : List.of(), kernel, count, verify, tally);
        new Streams(kernel, pieces, verify, tally).run(count);
        return report();
    }

    /**
     * Nobody answers any more: {@link #run} is left waiting, and what it was doing has failed for this reason. What has
     * arrived is written down where that can still be done within some seconds.
     */
    public StageReport giveUp(String reason) throws InterruptedException {
        stop();
        List<FileUnderWay> open = pieces == null ? List.of() : pieces.open();
        open.forEach(file -> tally.fail(file.file.target(), new IOException(reason)));
        if (open.isEmpty()) {
            tally.fail(source, new IOException(reason));
        }
        StageReport report = report();
        if (pieces != null) {
            Thread writer = Thread.ofPlatform()
                    .daemon()
                    .name("nowake-stage-leave")
                    .start(new Streams(kernel, pieces, verify, tally)::checkpoint);
            writer.join(2000);
        }
        return report;
    }

    private StageReport report() {
        List<StageReport.Failure> failures;
        synchronized (tally.failures) {
            failures = List.copyOf(tally.failures);
        }
        return new StageReport(
                tally.copied.get(),
                tally.unchanged.get(),
                tally.verified.get(),
                tally.links.get(),
                tally.wholeBytes.get() / (verify ? 2 : 1),
                tally.copiedBytes.get(),
                tally.resumedBytes.get(),
                (System.nanoTime() - startNanos) / 1e9,
                !tally.buffered.get(),
                tally.stopped.get(),
                skipped,
                failures);
    }

    private static int streams(Path from) {
        Mount mount = MountInfo.read().byPath(from).orElse(null);
        if (mount == null || !MountTraits.of(mount, 0).remote()) {
            return LOCAL_STREAMS;
        }
        return mount.isFuse() ? FUSE_STREAMS : REMOTE_STREAMS;
    }

    /** A disk that cannot hold it is known before minutes of copying. What compresses or shares blocks is counted in full. */
    private void requireSpace(List<StageFile> wanted) throws IOException {
        long needed = 0;
        for (StageFile file : wanted) {
            long allocated = file.status().allocatedBytes();
            long data = allocated > 0 ? Math.min(allocated, file.sizeBytes()) : file.sizeBytes();
            needed += Math.max(0, data - arrivedBytes(PartFile.partOf(file)));
        }
        Path place = target.toAbsolutePath().normalize();
        while (!Files.exists(place)) {
            place = place.getParent();
        }
        long free = Files.getFileStore(place).getUsableSpace();
        if (needed > free) {
            throw new IOException("no space: " + Amounts.bytes(needed) + " are to be copied, and its disk has "
                    + Amounts.bytes(free) + " free; nothing was copied");
        }
    }

    private long arrivedBytes(Path part) {
        try {
            return kernel.files().status(part).allocatedBytes();
        } catch (IOException none) {
            return 0;
        }
    }

    private boolean isThere(StageFile file) {
        try {
            var now = kernel.files().status(file.target());
            boolean isTheSource = now.inode() == file.status().inode()
                    && now.device() == file.status().device();
            return now.isRegular()
                    && !(isTheSource && Files.isSymbolicLink(file.target()))
                    && now.sizeBytes() == file.sizeBytes()
                    && now.mtimeNanos() == file.status().mtimeNanos();
        } catch (IOException missing) {
            return false;
        }
    }

    private void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            tally.fail(folder, failed);
        }
    }

    private void makeLink(StageTree.Link link) {
        try {
            boolean same = Files.isSymbolicLink(link.target())
                    && Files.readSymbolicLink(link.target()).equals(link.leadsTo());
            if (!same) {
                if (Files.isSymbolicLink(link.target())) {
                    Files.delete(link.target());
                }
                if (Files.exists(link.target(), LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException("something that is no link is there; move it away");
                }
                Files.createSymbolicLink(link.target(), link.leadsTo());
            }
            tally.links.incrementAndGet();
        } catch (IOException failed) {
            tally.fail(link.target(), failed);
        }
    }
}
