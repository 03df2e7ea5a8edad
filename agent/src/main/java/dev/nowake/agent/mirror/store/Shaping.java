package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives one name of the tree what the remote has under it. One thread. */
final class Shaping {
    private final Parts parts;
    private final FreshFiles fresh;
    private final TreeFolders folders;
    private final Leaving leaving;
    private final Removing removing;

    Shaping(Parts parts, FreshFiles fresh, TreeFolders folders, Leaving leaving, Removing removing) {
        this.parts = parts;
        this.fresh = fresh;
        this.folders = folders;
        this.leaving = leaving;
        this.removing = removing;
    }

    /** The folder of this name, made where there is none. */
    Held folder(Held parent, RemoteEntry.Folder entry, SyncTally tally) throws IOException {
        Path name = entry.relative().getFileName();
        Held there = folders.child(parent, name);
        if (there == null) {
            if (UnixFacts.ofNullable(parent.at(name)) != null) {
                removing.name(parent, entry.relative(), tally);
            }
            fresh.folder(entry.facts(), parent, name);
            there = folders.child(parent, name);
            if (there == null) {
                throw new IOException("somebody puts other things into its place");
            }
        }
        there.setRights(entry.facts());
        return there;
    }

    void file(Held parent, RemoteEntry.File entry, SyncTally tally) throws IOException {
        Path name = entry.relative().getFileName();
        MirroredFile twin = parts.twins().at(entry.relative());
        boolean complete = twin != null && twin.isComplete(); // before it is looked at: a save may be under way
        UnixFacts there = UnixFacts.ofNullable(parent.at(name));
        boolean ours = twin != null && there != null && there.id().equals(twin.id());
        boolean same = ours && !twin.isOutdated() && twin.identity().equals(entry.identity());
        if (same && isWhole(twin, complete, there, tally)) {
            if (entry.promised() != null) {
                twin.promise(entry.promised());
            }
            rights(parent.at(name), there, entry);
            return;
        }
        if (there != null && !ours && !there.isLink()) {
            removing.name(parent, entry.relative(), tally);
        }
        if (twin == null) {
            tally.appeared++;
        } else {
            tally.changed++;
            if (there == null) {
                tally.tell(entry.relative(), "somebody has removed the local file: it is made anew");
            }
        }
        replace(parent, twin, ours ? there : null, fresh.file(entry));
    }

    private void rights(Path path, UnixFacts there, RemoteEntry.File entry) throws IOException {
        UnixFacts wanted = entry.facts();
        if (there.uid() != wanted.uid() || there.gid() != wanted.gid() || there.mode() != Held.plainMode(wanted)) {
            try (Held held = parts.hold(path, there.id())) {
                held.setRights(wanted);
            }
        }
    }

    /** Nobody has written to it, or cut it, but us. */
    private static boolean isWhole(MirroredFile twin, boolean complete, UnixFacts there, SyncTally tally)
            throws IOException {
        if (there.sizeBytes() != twin.identity().sizeBytes() || complete && !twin.isAsSaved(there.mtimeNanos())) {
            tally.tell(twin.relative(), "somebody has written to the local file: it is fetched anew");
            return false;
        }
        if (complete) {
            twin.save(); // gives it its time back where a byte was written twice; else there is nothing to do
        }
        return true;
    }

    /**
     * Puts another file in a twin's place, if there was one.
     *
     * @param there what {@code old}'s name leads to, where that is its file; else null
     */
    void replace(Held parent, MirroredFile old, UnixFacts there, MirroredFile next) throws IOException {
        replace(parent, old, there, next, false);
    }

    /** @return false, and nothing has changed, where {@code unlessUsed} and somebody has {@code old}'s file open */
    private boolean replace(Held parent, MirroredFile old, UnixFacts there, MirroredFile next, boolean unlessUsed)
            throws IOException {
        Held held = null;
        try {
            held = there == null ? null : parts.hold(parent.at(next.relative().getFileName()), old.id());
            if (unlessUsed && parts.users().any(held.file())) { // all else is ready: nobody comes in a moment as short
                held.close();
                fresh.discard(next);
                return false;
            }
            fresh.place(next, parent);
        } catch (IOException | RuntimeException failed) {
            if (held != null) {
                held.close();
            }
            fresh.discard(next);
            throw failed;
        }
        if (old != null) {
            leaving.add(old, held);
        }
        parts.twins().name(next);
        return true;
    }

    /**
     * A twin of the same remote file without a byte takes its place.
     *
     * @return null, and nothing has changed, where {@code unlessUsed} and somebody has it open
     */
    MirroredFile evict(Held parent, MirroredFile twin, boolean unlessUsed) throws IOException {
        UnixFacts there = parent == null
                ? null
                : UnixFacts.ofNullable(parent.at(twin.relative().getFileName()));
        if (there == null
                || !there.isFile()
                || !there.id().equals(twin.id())
                || parts.twins().at(twin.relative()) != twin) {
            throw new IOException(twin.relative() + " has another file's name by now");
        }
        MirroredFile next = fresh.file(new RemoteEntry.File(
                twin.relative(), there, twin.identity(), twin.promised().orElse(null)));
        return replace(parent, twin, there, next, unlessUsed) ? next : null;
    }

    void link(Held parent, RemoteEntry.Link entry, SyncTally tally) throws IOException {
        Path name = entry.relative().getFileName();
        UnixFacts there = UnixFacts.ofNullable(parent.at(name));
        if (there != null
                && there.isLink()
                && Files.readSymbolicLink(parent.at(name)).equals(entry.leadsTo())) {
            return;
        }
        if (there != null && !there.isLink()) {
            removing.name(parent, entry.relative(), tally);
        }
        fresh.link(entry.leadsTo(), parent, name);
    }
}
