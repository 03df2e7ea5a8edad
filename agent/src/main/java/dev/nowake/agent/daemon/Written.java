package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.model.FileId;
import dev.nowake.policy.Trigger;
import java.util.List;

/**
 * Model files that were just written (downloads, copies, conversions): their policy is asked as soon as it is known which
 * model they belong to. Belongs to the engine's thread.
 */
final class Written {
    /** A folder is listed a tenth of a second after its last change, and a large download changes names when it is done. */
    private static final long[] LOOK_AFTER_MILLIS = {500, 2_000, 8_000};

    private static final long MILLI = 1_000_000L;

    private final Parts parts;
    private final Models models;
    private final Planning planning;

    Written(Parts parts, Models models, Planning planning) {
        this.parts = parts;
        this.models = models;
        this.planning = planning;
    }

    /** Somebody who had written to the file closed it, or may have, unheard; and no load has it. */
    void closed(FileId id) {
        lookLater(id, 0);
    }

    /** The writer's open began a load, or came into one: asked while it went on, policies left the file alone. */
    void ended(Load load) {
        load.shards().stream()
                .filter(TrackedShard::isWritten)
                .forEach(shard -> closed(shard.shard().id()));
    }

    private void lookLater(FileId id, int attempt) {
        if (attempt < LOOK_AFTER_MILLIS.length) {
            parts.engine().at(System.nanoTime() + LOOK_AFTER_MILLIS[attempt] * MILLI, () -> look(id, attempt));
        }
    }

    private void look(FileId id, int attempt) {
        CatalogEntry entry = models.of(id);
        if (entry == null) {
            lookLater(id, attempt + 1);
        } else if (parts.book().of(id) == null) {
            ask(entry, id);
        }
    }

    private void ask(CatalogEntry entry, FileId id) {
        List<TrackedShard> shards = models.shardsOf(entry);
        ActiveLoad past = LoadStart.of(parts, models.rules(), shards, entry, 0); // who wrote is no reader
        planning.askEnded(past, Trigger.WRITTEN, past.load().shard(id));
    }
}
