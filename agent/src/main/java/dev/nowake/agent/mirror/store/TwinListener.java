package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Twin;
import java.io.IOException;

/**
 * Is told of twins as they come and go. Called on the thread that does it, one call at a time for {@link #appears} and {@link
 * #gone}; must not call the store back.
 */
public interface TwinListener {
    /**
     * A twin's file is made, and nobody can open it yet under the name it is going to have. {@link Twin#local} is where it
     * lies now. At the store's opening it is told of every file there is, complete or not, while the mirror's link is not
     * there.
     *
     * @throws IOException where it cannot be guarded: it is not shown then
     */
    void appears(Twin twin) throws IOException;

    /** Every byte has become durable. Not told of a twin that was complete when it appeared. */
    void completed(Twin twin);

    /** The file has no name any more, nor does anybody have it open: nobody will ever read it. */
    void gone(Twin twin);

    /** Nobody has it open, and nobody can open it, until another daemon shows it again: nobody has to keep its guard. */
    default void putAway(Twin twin) {
        // it may be kept all the same
    }
}
