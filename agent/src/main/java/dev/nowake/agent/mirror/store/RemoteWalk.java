package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A look through the remote folder, on a thread of its own, which is left behind when the remote does not answer. Entries come
 * one after the other, so that a folder of millions needs no memory for them; a folder before what is in it. For one reader.
 */
final class RemoteWalk implements AutoCloseable {
    /** So many are ahead of who reads them. */
    private static final int AHEAD = 256;

    /** Nobody nests models deeper; every level holds descriptors. */
    static final int MOST_LEVELS = 64;

    /** A tenth of a kilobyte of memory each; a model has tens. More is a folder that was not meant. */
    static final int MOST_ENTRIES = 1_000_000;

    private static final RemoteEntry DONE = new RemoteEntry.End(null, true);

    private final RemoteCalls calls;
    private final Path remote;
    private final String etagAttribute;
    private final BlockingQueue<RemoteEntry> entries = new ArrayBlockingQueue<>(AHEAD);
    private final AtomicLong steps = new AtomicLong();
    private final RemoteCalls.Running<?> running;
    private volatile boolean closed;
    private volatile IOException failed;
    private volatile RemoteFiles files;
    private UnixFacts rootFacts;
    private int seen;

    /** @throws IOException where no thread is free for it */
    RemoteWalk(RemoteCalls calls, Path remote, String etagAttribute) throws IOException {
        this.calls = calls;
        this.remote = remote;
        this.etagAttribute = etagAttribute;
        this.running = calls.start(() -> {
            walk();
            return null;
        });
    }

    /** The remote folder, links resolved. Known with the first entry. */
    Path root() {
        return files.root();
    }

    /**
     * The next entry; null after the last.
     *
     * @throws IOException with one line where the remote folder cannot be read, or nothing came from it for the timeout
     */
    RemoteEntry next() throws IOException {
        RemoteEntry entry = entries.poll();
        long before = steps.get();
        long sinceNanos = System.nanoTime();
        while (entry == null) {
            entry = soon();
            if (steps.get() != before) {
                before = steps.get();
                sinceNanos = System.nanoTime();
            } else if (entry == null
                    && System.nanoTime() - sinceNanos >= calls.timeout().toNanos()) {
                throw calls.late();
            }
        }
        if (entry == DONE && failed != null) {
            throw failed;
        }
        return entry == DONE ? null : entry;
    }

    private RemoteEntry soon() throws IOException {
        calls.checkOpen();
        try {
            return entries.poll(RemoteCalls.SLICE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            throw RemoteCalls.interrupted();
        }
    }

    private void walk() {
        try {
            Path root = remote.toRealPath();
            files = new RemoteFiles(root, etagAttribute);
            rootFacts = UnixFacts.of(root);
            if (!rootFacts.isFolder()) {
                throw new IOException(remote + " is no folder");
            }
            folder(Path.of(""), rootFacts, null, 0);
        } catch (IOException | RuntimeException wrong) {
            failed = new IOException(
                    remote + " cannot be read: " + RemoteFiles.reason(wrong), wrong); // which is the root alone
        }
        put(DONE);
    }

    private void put(RemoteEntry entry) {
        steps.incrementAndGet();
        try {
            while (!closed && !entries.offer(entry, 1, TimeUnit.SECONDS)) {
                steps.incrementAndGet(); // who reads is slow: not the remote
            }
        } catch (InterruptedException nobodyInterruptsIt) {
            closed = true;
        }
    }

    private void folder(Path relative, UnixFacts facts, HubFolder outer, int level) throws IOException {
        List<Path> folders = new ArrayList<>();
        HubFolder own = HubFolder.at(files.root(), relative);
        HubFolder hub = own == null ? outer : own;
        boolean announced = false;
        boolean whole = false;
        try (DirectoryStream<Path> names = Files.newDirectoryStream(files.root().resolve(relative))) {
            put(new RemoteEntry.Folder(relative, facts));
            announced = true;
            whole = list(relative, names, hub, folders);
        } catch (IOException unreadable) {
            if (level == 0) {
                throw unreadable;
            }
            whole = false;
            if (!announced) {
                put(RemoteFiles.unknown(relative, unreadable));
                return;
            }
        }
        for (Path each : folders) {
            below(each, hub, level);
        }
        put(new RemoteEntry.End(relative, whole));
    }

    /** Returns whether all names were seen. */
    private boolean list(Path relative, DirectoryStream<Path> names, HubFolder hub, List<Path> folders) {
        try {
            for (Path each : names) {
                if (closed) {
                    return false;
                }
                if (++seen > MOST_ENTRIES) {
                    put(new RemoteEntry.Unknown(
                            relative.resolve(each.getFileName()), "more than " + MOST_ENTRIES + " files and folders"));
                    return false;
                }
                one(relative.resolve(each.getFileName()), each, hub, folders);
            }
            return true;
        } catch (DirectoryIteratorException unreadable) {
            put(new RemoteEntry.Unknown(relative.resolve("?"), RemoteFiles.reason(unreadable.getCause())));
            return false;
        }
    }

    private void below(Path relative, HubFolder hub, int level) throws IOException {
        if (closed) {
            return;
        }
        if (level + 1 >= MOST_LEVELS) {
            put(new RemoteEntry.Unknown(relative, "more than " + MOST_LEVELS + " folders deep"));
            return;
        }
        UnixFacts facts;
        try {
            facts = UnixFacts.of(files.root().resolve(relative));
        } catch (IOException gone) {
            put(RemoteFiles.unknown(relative, gone));
            return;
        }
        if (facts.isFolder()) {
            folder(relative, facts, hub, level + 1);
        } else {
            put(new RemoteEntry.Unknown(relative, "replaced while it was looked at"));
        }
    }

    private void one(Path relative, Path path, HubFolder hub, List<Path> folders) {
        try {
            UnixFacts facts = UnixFacts.of(path);
            switch (facts.kind()) {
                case FILE -> put(files.file(relative, path, facts, hub));
                case FOLDER -> {
                    steps.incrementAndGet();
                    folders.add(relative);
                }
                case LINK -> put(files.link(relative, path, facts, rootFacts));
                default -> put(new RemoteEntry.Skipped(relative, RemoteFiles.NEITHER));
            }
        } catch (IOException | RuntimeException gone) {
            put(RemoteFiles.unknown(relative, gone));
        }
    }

    /** Nothing more is read. */
    @Override
    public void close() {
        closed = true;
        entries.clear();
        running.leave();
    }
}
