package dev.nowake.agent.mirror.store;

import java.time.Instant;

/**
 * Whether the remote answers, as far as the last thing it was asked tells.
 *
 * @param since when that began
 * @param why it cannot be reached; null where it can
 */
public record RemoteState(boolean isReachable, Instant since, String why) {
    private static final String NOT_ASKED = "not asked yet";

    static RemoteState notAsked(Instant now) {
        return new RemoteState(false, now, NOT_ASKED);
    }

    /** Whether it has been asked anything, and has answered or not. */
    public boolean isAsked() {
        return !NOT_ASKED.equals(why);
    }

    /** After another answer. */
    RemoteState then(String nextWhy, Instant now) {
        boolean reached = nextWhy == null;
        return new RemoteState(reached, reached == isReachable ? since : now, nextWhy);
    }
}
