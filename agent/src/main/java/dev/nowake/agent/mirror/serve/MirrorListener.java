package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.store.SyncOutcome;

/** Hears of what a mirror does. Called by its threads, never by the one that answers the kernel; must not throw. */
public interface MirrorListener {
    /** Something of the filling. */
    void filled(FillNews news);

    /** The tree was brought in line with the remote, as far as it could be. */
    void synced(SyncOutcome outcome);

    /** Somebody opens a file of it. Must not wait for anybody: the opener does. */
    void opened(Twin twin, int pid);

    /** What an operator should know: one line. */
    void warned(String line);
}
