package dev.nowake.agent.load;

import java.util.Locale;

/** Where a load stands. */
public enum LoadState {
    /** Somebody has a shard open or mapped, or may open the next. */
    LOADING,
    /** The last reader is gone; pages are being dropped. */
    RELEASING,
    /** Over; kept for {@code status}. */
    DONE;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
