package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.observe.Counter;
import dev.nowake.policy.HostView;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Time for policies: a tick every ten seconds, and word of memory running short as soon as it is seen. Belongs to the
 * engine's thread.
 */
final class Heartbeat {
    /** A host that runs short does so in seconds; one look is a dozen small files. */
    private static final long LOOK_NANOS = 2_000_000_000L;

    private static final int LOOKS_PER_TICK = 5;

    /** Per cent of the last ten seconds in which some task waited for memory: a busy host without shortage stays under 1. */
    private static final double PRESSED_SOME = 5;

    /** Below this share of memory available, reclaim is near whatever the averages say. */
    private static final int PRESSED_DIVISOR = 20;

    private final Parts parts;
    private final HostMemory host;
    private final Keeps keeps;
    private final BiConsumer<ActiveLoad, Trigger> aboutLoad;
    private final BiConsumer<Roots.Rule, Trigger> aboutNone;
    private final List<Roots.Rule> rules;
    private int looks;

    /** {@code aboutNone} is told for each of {@code rules} when no load is under way. */
    Heartbeat(
            Parts parts,
            HostMemory host,
            Keeps keeps,
            List<Roots.Rule> rules,
            BiConsumer<ActiveLoad, Trigger> aboutLoad,
            BiConsumer<Roots.Rule, Trigger> aboutNone) {
        this.parts = parts;
        this.host = host;
        this.keeps = keeps;
        this.rules = List.copyOf(rules);
        this.aboutLoad = aboutLoad;
        this.aboutNone = aboutNone;
    }

    void start() {
        parts.engine().at(System.nanoTime() + LOOK_NANOS, () -> {
            beat();
            start();
        });
    }

    void beat() {
        looks++;
        if (isPressed(host.refresh())) {
            parts.counters().increment(Counter.PRESSURE_SEEN);
            keeps.pressed();
            tell(Trigger.PRESSURE);
        }
        if (looks % LOOKS_PER_TICK == 0) {
            tell(Trigger.TICK);
        }
    }

    static boolean isPressed(HostView host) {
        return host.pressure().some() >= PRESSED_SOME || host.availableBytes() < host.totalBytes() / PRESSED_DIVISOR;
    }

    private void tell(Trigger trigger) {
        List<ActiveLoad> active = List.copyOf(parts.book().active());
        for (ActiveLoad load : active) {
            if (load.load().state() == LoadState.LOADING) {
                aboutLoad.accept(load, trigger);
            }
        }
        if (active.isEmpty()) {
            rules.forEach(rule -> aboutNone.accept(rule, trigger));
        }
    }
}
