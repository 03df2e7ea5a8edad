package dev.nowake.agent.mirror.store;

import dev.nowake.agent.identify.PathText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Counts while the tree is brought in line. One thread. */
final class SyncTally {
    int files;
    int appeared;
    int changed;
    int removed;
    int kept;
    int skipped;
    boolean whole = true;
    private final List<String> told = new ArrayList<>();

    void skip(Path relative, String why) {
        skipped++;
        tell(relative, why);
    }

    void tell(Path relative, String what) {
        if (told.size() < SyncOutcome.MOST_TOLD) {
            told.add(PathText.of(relative) + ": " + what);
        }
    }

    List<String> told() {
        return List.copyOf(told);
    }

    SyncOutcome outcome(String unreachable, Duration took) {
        return new SyncOutcome(
                unreachable,
                whole && unreachable == null,
                files,
                appeared,
                changed,
                removed,
                kept,
                skipped,
                told(),
                took);
    }
}
