package dev.nowake.agent.metrics;

import dev.nowake.agent.decide.PolicyFigures;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.ModelTotals;
import dev.nowake.kernel.proc.ProcessUse;
import dev.nowake.kernel.proc.VmStat;
import java.util.List;
import java.util.Map;

/** The daemon and its host at one moment: what every family of one scrape is read from. */
record Look(
        Observed daemon,
        Counters counters,
        GovernorState governor,
        List<MountState> mounts,
        List<PolicyFigures> policies,
        LoadsNow loads,
        List<MirrorStanding> mirrors,
        Map<String, ModelTotals.Total> models,
        VmStat host,
        ProcessUse process) {
    /** Two files of /proc and one folder are read, which takes some 0.2 ms. */
    static Look at(Observed daemon) {
        Counters counters = daemon.counters();
        return new Look(
                daemon,
                counters,
                daemon.governor(),
                daemon.mounts(),
                daemon.policies(),
                daemon.loads(),
                daemon.mirrors(),
                counters.models().snapshot(),
                VmStat.read(daemon.procRoot()),
                ProcessUse.ofThis(daemon.procRoot()));
    }
}
