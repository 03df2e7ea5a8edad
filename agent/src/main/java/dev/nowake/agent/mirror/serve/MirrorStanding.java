package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.evict.DiskFigures;
import java.util.List;

/**
 * A configured mirror as it stands, served or not.
 *
 * @param settings those it works with
 * @param figures null where it is not served
 * @param disk null where it is not served, or its disk has not been looked at yet
 * @param notServed why it is not; null where it is
 * @param troubles what an operator should know now, one line each, the worst first
 * @param agoSeconds how old all of this is; more than a moment where the local disk does not answer
 */
public record MirrorStanding(
        MirrorSettings settings,
        MirrorFigures figures,
        DiskFigures disk,
        String notServed,
        List<String> troubles,
        double agoSeconds) {
    public MirrorStanding {
        troubles = List.copyOf(troubles);
    }

    public boolean isServed() {
        return figures != null;
    }
}
