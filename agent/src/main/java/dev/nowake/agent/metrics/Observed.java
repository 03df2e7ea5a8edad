package dev.nowake.agent.metrics;

import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.PolicyFigures;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.observe.Counters;
import java.nio.file.Path;
import java.util.List;

/** What a daemon shows of itself. Any thread; nothing here waits for storage. */
public interface Observed {
    Counters counters();

    GovernorState governor();

    List<MountState> mounts();

    List<PolicyFigures> policies();

    List<RootRule> roots();

    LoadsNow loads();

    /** Those configured, served or not. */
    List<MirrorStanding> mirrors();

    /** Model files it has open. */
    int heldFiles();

    /** Every folder is marked, and it has not been asked to stop. */
    boolean isReady();

    /** Somebody asked it to do nothing for a while. */
    boolean isPaused();

    /** It does nothing while a file says so. */
    boolean isDisabled();

    /** By what it makes native calls. */
    String binding();

    /** Where /proc and /sys are found, {@code /} on a host. */
    Path procRoot();
}
