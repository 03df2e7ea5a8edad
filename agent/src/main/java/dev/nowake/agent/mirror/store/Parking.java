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
        List<MirroredFile> away = new ArrayList<>();
        for (MirroredFile twin : List.copyOf(parts.twins().named())) {
            if (!twin.isComplete()) {
                attempt(twin, failures, () -> {
                    if (takeAway(twin)) {
                        away.add(twin);
                    }
                });
            }
        }
        List<Path> open = new ArrayList<>();
        for (MirroredFile twin : away) { // all are renamed by now: an open that was under way then is over
            attempt(twin, failures, () -> {
                if (isLeft(twin)) {
                    open.add(twin.relative());
                }
            });
        }
        return new Parked(failures, open);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attempt(MirroredFile twin, List<String> failures, Step step) {
        try {
            step.run();
        } catch (IOException failed) {
            failures.add(PathText.of(twin.relative()) + ": " + RemoteFiles.reason(failed));
        }
    }

    /** Whether it had its name in the tree still. */
    private boolean takeAway(MirroredFile twin) throws IOException {
        Path place = place(parts.places().parked(), twin);
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
        return true;
    }

    /** Whether somebody has it open. Else it needs no guard until it is shown again. */
    private boolean isLeft(MirroredFile twin) throws IOException {
        try (Held held = parts.hold(twin.local(), twin.id())) {
            if (!isUsed(held)) {
                parts.listener().putAway(twin);
                return false;
            }
        }
        Path kept = place(parts.places().open(), twin);
        Files.move(twin.local(), kept, StandardCopyOption.ATOMIC_MOVE);
        twin.movedTo(kept);
        return true;
    }

    private static Path place(Path folder, MirroredFile twin) throws IOException {
        Path place = folder.resolve(twin.relative());
        Files.createDirectories(place.getParent());
        return place;
    }

    private boolean isUsed(Held held) {
        try {
            return parts.users().any(held.file());
        } catch (IOException unknown) {
            return true;
        }
    }
}
