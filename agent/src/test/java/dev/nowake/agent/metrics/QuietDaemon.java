package dev.nowake.agent.metrics;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.PolicyFigures;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.govern.Shortage;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.observe.Counters;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A daemon that stands still and says the same each time, but for what a test counts. */
final class QuietDaemon implements Observed {
    final Counters counters = new Counters();
    volatile List<MountState> mounts = List.of();
    volatile List<MirrorStanding> mirrors = List.of();
    volatile boolean ready = true;

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public GovernorState governor() {
        return new GovernorState(
                0, 5L << 30, 1L << 30, 0, false, false, Shortage.MEMORY, Map.of(Shortage.MEMORY, 3L), 7, 9_000_000);
    }

    @Override
    public List<MountState> mounts() {
        return mounts;
    }

    @Override
    public List<PolicyFigures> policies() {
        return List.of();
    }

    @Override
    public List<RootRule> roots() {
        return List.of(new RootRule(Path.of("/mo\"de\\ls"), Mode.ENFORCE, "none", Map.of()));
    }

    @Override
    public LoadsNow loads() {
        return new LoadsNow(2, 1, 3, Map.of(new LoadsNow.Place("/models", "0"), 12L));
    }

    @Override
    public List<MirrorStanding> mirrors() {
        return mirrors;
    }

    @Override
    public int heldFiles() {
        return 4;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public boolean isPaused() {
        return false;
    }

    @Override
    public boolean isDisabled() {
        return false;
    }

    @Override
    public String binding() {
        return "ffm";
    }

    @Override
    public Path procRoot() {
        return Path.of("/");
    }
}
