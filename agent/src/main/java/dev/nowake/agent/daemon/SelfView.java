package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.PolicyFigures;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.metrics.LoadsNow;
import dev.nowake.agent.metrics.Observed;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.rules.Modes;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The daemon as its metrics see it. Any thread.
 *
 * @param config as it is now
 * @param lanes those there are now
 */
record SelfView(
        Parts parts,
        Supplier<Config> config,
        Supplier<List<Lane>> lanes,
        Mirrors mirrored,
        BooleanSupplier ready,
        BooleanSupplier paused,
        BooleanSupplier off)
        implements Observed {
    /** A lane whose server hangs has answered before; a scrape is not to wait for it. */
    private static final long ANSWER_NANOS = 200_000_000L;

    @Override
    public Counters counters() {
        return parts.counters();
    }

    @Override
    public GovernorState governor() {
        return parts.governor().state();
    }

    @Override
    public List<MountState> mounts() {
        return parts.prefetcher().mounts();
    }

    @Override
    public List<PolicyFigures> policies() {
        return parts.decider().registry().figures();
    }

    @Override
    public List<RootRule> roots() {
        Modes modes = parts.switches().modes();
        return config.get().roots().stream()
                .map(root -> new RootRule(root.path(), modes.of(null, root), root.policy(), root.args()))
                .toList();
    }

    @Override
    public LoadsNow loads() {
        List<Lane> all = lanes.get();
        all.forEach(lane -> lane.loadsNow().ask());
        long deadline = System.nanoTime() + ANSWER_NANOS;
        LoadsNow sum = LoadsNow.NONE;
        for (Lane lane : all) {
            sum = sum.plus(lane.loadsNow().get(deadline));
        }
        return sum;
    }

    @Override
    public List<MirrorStanding> mirrors() {
        return mirrored.standings(ANSWER_NANOS);
    }

    @Override
    public int heldFiles() {
        return parts.claims().size();
    }

    @Override
    public boolean isReady() {
        return ready.getAsBoolean();
    }

    @Override
    public boolean isPaused() {
        return paused.getAsBoolean();
    }

    @Override
    public boolean isDisabled() {
        return off.getAsBoolean();
    }

    @Override
    public String binding() {
        return parts.kernel().binding();
    }

    @Override
    public Path procRoot() {
        return parts.procRoot();
    }
}
