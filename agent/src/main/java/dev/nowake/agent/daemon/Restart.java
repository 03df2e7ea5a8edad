package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.model.FileId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes over from a daemon that ended while loads were under way: killed, out of memory, upgraded. What was resident before
 * those loads is known again; the loads themselves are found by looking who has what open or mapped.
 */
final class Restart {
    private final Parts parts;
    private final Models models;
    private final Baseline baseline;
    private final Handover handover;
    private final Map<FileId, Handover.Left> mine = new ConcurrentHashMap<>();

    Restart(Parts parts, Models models, Baseline baseline, Handover handover) {
        this.parts = parts;
        this.models = models;
        this.baseline = baseline;
        this.handover = handover;
    }

    /** Before anybody else looks what is resident, and after the folders were listed. The background thread. */
    void recall() {
        handover.left().forEach((id, left) -> {
            CatalogEntry entry = models.of(id);
            if (entry == null) {
                return; // another lane's, or not there
            }
            if (entry.shard().sizeBytes() == left.sizeBytes()) {
                baseline.remember(id, left.before(), left.sizeBytes());
                mine.put(id, left);
            } else {
                handover.ends(id); // another file by now
            }
        });
    }

    /** What was left and is not settled yet; what no load has is settled by this. The engine's thread. */
    Map<FileId, Handover.Left> settle() {
        Map<FileId, Handover.Left> left = Map.copyOf(mine);
        mine.clear();
        for (FileId id : left.keySet()) {
            if (parts.book().of(id) == null) {
                handover.ends(id); // a load that begins says so again
            }
        }
        return left;
    }
}
