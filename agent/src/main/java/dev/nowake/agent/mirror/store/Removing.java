package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings.Vanished;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Takes names out of the tree. What others have put there is moved aside, never deleted: it may be all there is of it. One
 * thread.
 */
final class Removing {
    private final Parts parts;
    private final TreeFolders folders;
    private final Leaving leaving;
    private int aside;

    Removing(Parts parts, TreeFolders folders, Leaving leaving) {
        this.parts = parts;
        this.folders = folders;
        this.leaving = leaving;
    }

    /** Whatever it is, and all in it: something else gets the name. */
    void name(Held parent, Path relative, SyncTally tally) throws IOException {
        remove(parent, relative, false, tally);
    }

    /**
     * What is gone from the remote.
     *
     * @throws IOException where not all could be removed
     */
    void vanished(Path relative, SyncTally tally) throws IOException {
        try (Held parent = folders.at(relative.getParent())) {
            if (parent != null) {
                remove(parent, relative, true, tally);
            }
        }
    }

    /** {@code keep}: what the settings keep stays. Returns whether the name is free. */
    private boolean remove(Held parent, Path relative, boolean keep, SyncTally tally) throws IOException {
        Path path = parent.at(relative.getFileName());
        UnixFacts facts = UnixFacts.ofNullable(path);
        if (facts == null) {
            return true;
        }
        return switch (facts.kind()) {
            case FILE -> file(path, relative, facts, keep, tally);
            case FOLDER -> folder(parent, relative, keep, tally);
            case LINK -> link(path, keep);
            default -> aside(path, relative, tally);
        };
    }

    private boolean file(Path path, Path relative, UnixFacts facts, boolean keep, SyncTally tally) throws IOException {
        MirroredFile twin = parts.twins().at(relative);
        if (twin == null || !twin.id().equals(facts.id())) {
            return aside(path, relative, tally);
        }
        if (keep && twin.isComplete() && parts.settings().vanished() == Vanished.KEEP) {
            tally.kept++;
            return false;
        }
        Held held = parts.hold(path, twin.id());
        try {
            if (keep && !twin.isComplete() && parts.users().any(held.file())) {
                held.close();
                return false; // its reader gets an error for what is missing, and the rest
            }
            Files.delete(path);
        } catch (IOException | RuntimeException failed) {
            held.close();
            throw failed;
        }
        tally.removed++;
        leaving.add(twin, held);
        return true;
    }

    private boolean folder(Held parent, Path relative, boolean keep, SyncTally tally) throws IOException {
        boolean empty = true;
        try (Held held = folders.child(parent, relative.getFileName())) {
            if (held == null) {
                return true;
            }
            for (Path name : TreeFolders.names(held)) {
                empty &= remove(held, relative.resolve(name), keep, tally);
            }
        }
        if (!empty) {
            return false;
        }
        try {
            Files.delete(parent.at(relative.getFileName()));
            return true;
        } catch (DirectoryNotEmptyException filledAgain) {
            return false;
        }
    }

    /** A link to what is kept is kept. */
    private boolean link(Path path, boolean keep) throws IOException {
        if (keep && parts.settings().vanished() == Vanished.KEEP && Files.exists(path)) {
            return false;
        }
        Files.delete(path);
        return true;
    }

    private Path freePlace() throws IOException {
        while (true) {
            Path place = parts.places().aside().resolve(Integer.toString(aside++));
            try {
                return Files.createDirectory(place);
            } catch (FileAlreadyExistsException earlier) {
                continue;
            }
        }
    }

    boolean aside(Path path, Path relative, SyncTally tally) throws IOException {
        Path place = freePlace();
        Files.move(path, place.resolve(relative.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        tally.tell(relative, "is not of the mirror, and was moved to " + place);
        return true;
    }
}
