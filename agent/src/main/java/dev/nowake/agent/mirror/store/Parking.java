package dev.nowake.agent.mirror.store;

import dev.nowake.agent.identify.PathText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes incomplete files out of the tree while no daemon serves them: nobody may find zeros where bytes are missing. Each is
 * renamed first, so that nobody else can open it, and only then it is asked whether somebody has: those go on waiting at the
 * gate, which somebody has to keep. One thread.
 */
final class Parking {
    private final Parts parts;
    private final TreeFolders folders;

    /** The tree lock is held. */
    Parking(Parts parts, TreeFolders folders) {
        this.parts = parts;
        this.folders = folders;
    }

    /** What became of the incomplete files. */
    Parked park() {
        List<String> failures = new ArrayList<>();
        List<Path> open = new ArrayList<>();
        for (MirroredFile twin : List.copyOf(parts.twins().named())) {
            if (twin.isComplete()) {
                continue;
            }
            try {
                if (park(twin)) {
                    open.add(twin.relative());
                }
            } catch (IOException failed) {
                failures.add(PathText.of(twin.relative()) + ": " + RemoteFiles.reason(failed));
            }
        }
        return new Parked(failures, open);
    }

    /** Whether somebody has it open. */
    private boolean park(MirroredFile twin) throws IOException {
        Path place = parts.places().parked().resolve(twin.relative());
        Files.createDirectories(place.getParent());
        try (Held parent = folders.at(twin.relative().getParent())) {
            Path path = parent == null ? null : parent.at(twin.relative().getFileName());
            UnixFacts there = path == null ? null : UnixFacts.ofNullable(path);
            if (there == null || !there.id().equals(twin.id())) {
                return false; // somebody took its name away: there is nothing to find
            }
            Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
        }
        twin.movedTo(place);
        parts.twins().unname(twin);
        try (Held held = parts.hold(place, twin.id())) {
            return isUsed(held);
        }
    }

    private boolean isUsed(Held held) {
        try {
            return parts.users().any(held.file());
        } catch (IOException unknown) {
            return true;
        }
    }
}
