package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Takes over what an earlier daemon has left: parked files go back into the tree, and each file is what its record says as far
 * as that can be believed. One that has no record is not of the mirror and is moved aside: unless it is known what of a file is
 * there, nobody may read it.
 */
final class Opening {
    private final Parts parts;
    private final TreeFolders folders;
    private final Removing removing;
    private final SyncTally tally = new SyncTally();

    Opening(Parts parts, TreeFolders folders, Removing removing) {
        this.parts = parts;
        this.folders = folders;
        this.removing = removing;
    }

    /** What had to be done, for {@link Stored}. */
    List<String> takeOver() throws IOException {
        for (Path away : List.of(parts.places().parked(), parts.places().open())) {
            try (Held held = parts.hold(away, UnixFacts.of(away).id())) {
                unpark(away, held, Path.of(""));
            }
        }
        try (Held tree = folders.root()) {
            load(tree, Path.of(""), 0);
        }
        return tally.told();
    }

    private void unpark(Path away, Held folder, Path relative) throws IOException {
        for (Path name : TreeFolders.names(folder)) {
            Path each = relative.resolve(name);
            UnixFacts facts = UnixFacts.of(folder.at(name));
            if (facts.isFolder()) {
                try (Held inner = parts.hold(folder.at(name), facts.id())) {
                    unpark(away, inner, each);
                }
                Files.delete(folder.at(name));
            } else {
                back(away, folder.at(name), each, facts);
            }
        }
    }

    /** Guarded before it has its name. */
    private void back(Path away, Path path, Path relative, UnixFacts facts) throws IOException {
        Path name = relative.getFileName();
        Path parked = away.resolve(relative);
        try (Held parent = folders.at(relative.getParent())) {
            boolean free = parent != null && UnixFacts.ofNullable(parent.at(name)) == null;
            MirroredFile twin = free && facts.isFile() ? believed(path, relative, parked, facts) : null;
            if (twin == null) {
                Files.deleteIfExists(path);
            } else if (appears(twin)) {
                Files.move(path, parent.at(name), StandardCopyOption.ATOMIC_MOVE);
                twin.movedTo(null);
                parts.twins().name(twin);
            }
        }
    }

    /** Whether it may be seen. */
    private boolean appears(MirroredFile twin) {
        parts.twins().add(twin);
        try {
            parts.listener().appears(twin);
            return true;
        } catch (IOException unguarded) {
            tally.skip(twin.relative(), RemoteFiles.reason(unguarded));
            if (!twin.isComplete()) {
                parts.twins().remove(twin);
            }
            return twin.isComplete();
        }
    }

    private void load(Held folder, Path relative, int level) throws IOException {
        for (Path name : TreeFolders.names(folder)) {
            Path each = relative.resolve(name);
            UnixFacts facts = UnixFacts.of(folder.at(name));
            switch (facts.kind()) {
                case FILE -> file(folder.at(name), each, facts);
                case FOLDER -> {
                    if (level + 1 >= RemoteWalk.MOST_LEVELS) {
                        removing.aside(folder.at(name), each, tally);
                        continue;
                    }
                    try (Held inner = parts.hold(folder.at(name), facts.id())) {
                        load(inner, each, level + 1);
                    }
                }
                case LINK -> {
                    continue; // what it leads to is another name
                }
                default -> removing.aside(folder.at(name), each, tally);
            }
        }
    }

    private void file(Path path, Path relative, UnixFacts facts) throws IOException {
        if (parts.twins().at(relative) != null) {
            return; // it was parked
        }
        MirroredFile twin = believed(path, relative, null, facts);
        if (twin == null) {
            Files.deleteIfExists(path); // the next look through the remote makes it anew
        } else if (appears(twin)) {
            parts.twins().name(twin);
        } else {
            Path parked = parts.places().parked().resolve(relative);
            Files.createDirectories(parked.getParent());
            Files.move(path, parked, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Null where nothing can be made of it. */
    private MirroredFile believed(Path path, Path relative, Path elsewhere, UnixFacts facts) throws IOException {
        byte[] bytes;
        try (Held held = parts.hold(path, facts.id())) {
            bytes = held.attribute(TwinRecord.ATTRIBUTE);
        }
        if (bytes == null) {
            removing.aside(path, relative, tally);
            return null;
        }
        TwinRecord record = TwinRecord.decode(bytes);
        boolean ours = record != null && record.inode() == facts.id().inode();
        if (!ours && facts.sizeBytes() == 0) {
            return null; // cut to nothing: its size is not known
        }
        boolean cut = ours && record.identity().sizeBytes() != facts.sizeBytes();
        boolean written = ours && record.isComplete() && record.localMtimeNanos() != facts.mtimeNanos();
        if (ours && !cut && !written) {
            return parts.twin(facts.id(), relative, elsewhere, record);
        }
        tally.tell(
                relative,
                cut || written
                        ? "somebody has written to the local file: it is fetched anew"
                        : "its record is damaged: it is fetched anew");
        Identity identity = ours ? record.identity() : new Identity(facts.sizeBytes(), facts.mtimeNanos(), null);
        if (isUsed(path, facts)) {
            return null; // whoever has it open keeps what is there of it; the next look makes a file beside it
        }
        TwinRecord nothing = new TwinRecord(facts.id().inode(), identity, 0, RangeSet.EMPTY);
        MirroredFile twin = parts.twin(facts.id(), relative, elsewhere, nothing);
        try {
            twin.clear();
            return twin;
        } catch (IOException cannot) {
            tally.skip(relative, RemoteFiles.reason(cannot));
            return null;
        }
    }

    private boolean isUsed(Path path, UnixFacts facts) {
        try (Held held = parts.hold(path, facts.id())) {
            return parts.users().any(held.file());
        } catch (IOException unknown) {
            return true;
        }
    }
}
