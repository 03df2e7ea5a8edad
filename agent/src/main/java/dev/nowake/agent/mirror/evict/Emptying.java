package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import java.io.IOException;

/**
 * The store's part in an eviction: it knows how a file loses its bytes so that nobody reads zeros in their place, whenever he
 * comes and whatever breaks. For one thread.
 */
@FunctionalInterface
public interface Emptying {
    /** What became of a file. */
    enum Result {
        /** Its bytes are gone, and their blocks free. */
        EMPTIED,
        /** Somebody has it open: nothing has changed. */
        IN_USE,
        /** Its bytes are gone for all who come from now on; who opened it in that very moment keeps them, until he closes it. */
        LINGERS
    }

    /** @throws IOException nothing has changed */
    Result empty(Twin twin) throws IOException;
}
