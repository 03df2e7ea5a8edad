package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Brings the tree in line with the remote folder. What is new or changed is taken as it is seen. What is not seen is gone only
 * where every name of the folder it was in was seen, the remote was looked through to its end, is on the filesystem it was on
 * and not suddenly empty, and the name itself was asked for once more: a server that is away, a folder that is not mounted or a
 * list that ends early shall cost nobody what is here. One thread at a time.
 */
final class TreeSync {
    private final Parts parts;
    private final RemoteCalls calls;
    private final RemoteTrust trust;
    private final Shaping shaping;
    private final Removing removing;
    private final TreeFolders folders;
    private final Leaving leaving;

    private SyncTally tally;
    private Deque<Level> levels;
    private List<Path> unseen;
    private Path root;

    TreeSync(Parts parts, RemoteCalls calls, Shaping shaping, Removing removing, TreeFolders folders, Leaving leaving) {
        this.parts = parts;
        this.calls = calls;
        this.trust = new RemoteTrust(parts.places().seen());
        this.shaping = shaping;
        this.removing = removing;
        this.folders = folders;
        this.leaving = leaving;
    }

    /** Blocks as long as the remote answers; throws nothing. */
    SyncOutcome run() {
        long start = System.nanoTime();
        tally = new SyncTally();
        levels = new ArrayDeque<>();
        unseen = new ArrayList<>();
        String unreachable = null;
        try {
            lookThrough();
        } catch (IOException away) {
            unreachable = RemoteFiles.reason(away);
        } finally {
            levels.forEach(Level::close);
        }
        parts.tree().lock();
        try {
            leaving.tidy();
        } finally {
            parts.tree().unlock();
        }
        return tally.outcome(unreachable, Duration.ofNanos(System.nanoTime() - start));
    }

    private RemoteWalk walk() throws IOException {
        return new RemoteWalk(calls, parts.settings().remote(), parts.settings().etagAttribute());
    }

    private void lookThrough() throws IOException {
        trust.begin();
        String place;
        try (RemoteWalk walk = walk()) {
            RemoteEntry first = walk.next();
            root = walk.root();
            place = place((RemoteEntry.Folder) first);
            for (RemoteEntry entry = first; entry != null; entry = walk.next()) {
                take(entry);
            }
        }
        if (tally.files == 0 && parts.twins().size() > 0) {
            throw new IOException(parts.settings().remote() + " is empty, and was not: is it mounted?");
        }
        UnixFacts after = calls.call(() -> UnixFacts.of(root));
        if (!RemoteTrust.place(root, after).equals(place)) {
            throw new IOException(parts.settings().remote() + " was mounted or unmounted while it was looked through");
        }
        trust.accept(place);
        removeUnseen();
    }

    /** Where the folder is. Throws where it cannot be the one that was mirrored. */
    private String place(RemoteEntry.Folder first) throws IOException {
        Path base = parts.places().base().toRealPath();
        if (root.startsWith(base) || base.startsWith(root)) {
            throw new IOException(root + " holds the mirror, or lies in it: mirror another folder");
        }
        String place = RemoteTrust.place(root, first.facts());
        if (!trust.isKnown(place) && !isRecognized()) {
            throw new IOException("another filesystem is at " + parts.settings().remote()
                    + ", with less than half of the files that were there: is it mounted? If it is right,"
                    + " remove " + parts.places().seen());
        }
        return place;
    }

    /** Whether the remote folder is on the filesystem it was on. Waits for the remote. */
    boolean isWhereItWas() throws IOException {
        Path now = parts.settings().remote().toRealPath();
        return trust.isKnown(RemoteTrust.place(now, UnixFacts.of(now)));
    }

    /** Whether at least half of the files that are known are there, unchanged. */
    private boolean isRecognized() throws IOException {
        int known = parts.twins().size();
        int found = 0;
        try (RemoteWalk walk = walk()) {
            for (RemoteEntry entry = walk.next(); entry != null && 2 * found < known; entry = walk.next()) {
                if (entry instanceof RemoteEntry.File file) {
                    MirroredFile twin = parts.twins().at(file.relative());
                    found += twin != null && twin.identity().equals(file.identity()) ? 1 : 0;
                }
            }
        }
        return 2 * found >= known;
    }

    private void take(RemoteEntry entry) {
        parts.tree().lock();
        try {
            takeAlone(entry);
        } finally {
            parts.tree().unlock();
        }
    }

    private void takeAlone(RemoteEntry entry) {
        if (entry instanceof RemoteEntry.End end) {
            end(end);
            return;
        }
        if (!levels.isEmpty()) {
            levels.peek().seen.add(entry.relative().getFileName());
        }
        try {
            switch (entry) {
                case RemoteEntry.Folder folder -> folder(folder);
                case RemoteEntry.File file -> {
                    tally.files++;
                    if (levels.peek().folder != null) {
                        shaping.file(levels.peek().folder, file, tally);
                    }
                }
                case RemoteEntry.Link link -> {
                    if (levels.peek().folder != null) {
                        shaping.link(levels.peek().folder, link, tally);
                    }
                }
                case RemoteEntry.Skipped skipped -> {
                    tally.skip(skipped.relative(), skipped.why());
                    levels.peek().seen.remove(skipped.relative().getFileName());
                }
                case RemoteEntry.Unknown unknown -> {
                    tally.whole = false;
                    tally.skip(unknown.relative(), unknown.why());
                }
                default -> throw new IllegalStateException(entry.toString());
            }
        } catch (IOException failed) {
            tally.skip(entry.relative(), RemoteFiles.reason(failed));
        }
    }

    private void folder(RemoteEntry.Folder entry) {
        Level outer = levels.peek();
        if (outer != null && outer.like.id().device() != entry.facts().id().device()) {
            trust.mounted(entry.relative());
        }
        Held held = null;
        try {
            if (outer == null) {
                held = folders.root();
                held.setRights(entry.facts());
            } else if (outer.folder != null) {
                held = shaping.folder(outer.folder, entry, tally);
            }
        } catch (IOException failed) {
            tally.skip(entry.relative(), RemoteFiles.reason(failed));
        }
        levels.push(new Level(held, entry.facts()));
    }

    private void end(RemoteEntry.End end) {
        tally.whole &= end.whole();
        try (Level level = levels.pop()) {
            if (level.folder == null) {
                return;
            }
            for (Path name : TreeFolders.names(level.folder)) {
                if (end.whole() && !level.seen.contains(name)) {
                    unseen.add(end.relative().resolve(name));
                }
            }
            if (level.folder.facts().mtimeNanos() != level.like.mtimeNanos()) {
                level.folder.setTime(level.like.mtimeNanos());
            }
        } catch (IOException failed) {
            tally.skip(end.relative(), RemoteFiles.reason(failed));
        }
    }

    private void removeUnseen() throws IOException {
        for (Path relative : unseen) {
            if (trust.isHidden(relative)) {
                tally.tell(relative, "stays: what was mounted there is not now");
            } else if (calls.call(() -> isGone(relative))) {
                parts.tree().lock();
                try {
                    removing.vanished(relative, tally);
                } catch (IOException failed) {
                    tally.skip(relative, RemoteFiles.reason(failed));
                } finally {
                    parts.tree().unlock();
                }
            }
        }
    }

    /** Whether nothing has its name any more that could be shown. */
    private boolean isGone(Path relative) throws IOException {
        try {
            return new RemoteFiles(root, null).look(relative) instanceof RemoteEntry.Skipped;
        } catch (NoSuchFileException gone) {
            return true;
        }
    }
}
