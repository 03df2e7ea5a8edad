package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gives each inode to the first model that wants it. */
final class Claims {
    /** A model with the files no model before it took: at least one. */
    record Claimed(Candidate candidate, List<SeenFile> own) {
        Claimed named(String name) {
            return new Claimed(candidate.named(name), own);
        }
    }

    private final Set<FileId> taken = new HashSet<>();

    /** Empty where nothing was left for it. */
    Optional<Claimed> claim(Candidate candidate) {
        List<SeenFile> own = new ArrayList<>();
        for (SeenFile file : candidate.files()) {
            if (taken.add(file.id())) {
                own.add(file);
            }
        }
        return own.isEmpty() ? Optional.empty() : Optional.of(new Claimed(candidate, own));
    }

    boolean isTaken(FileId id) {
        return taken.contains(id);
    }
}
