package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.rules.Standing;
import dev.nowake.policy.HostView;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Time for policies: a tick every ten seconds, and word of memory running short as soon as it is seen. Belongs to the
 * engine's thread.
 */
final class Heartbeat {
    /** A host runs short within seconds. One look is two small files. */
    private static final long LOOK_NANOS = 2_000_000_000L;

    private static final long FIRST_NANOS = 500_000_000L;

    private static final long TICK_NANOS = 10_000_000_000L;

    /** Per cent of the last ten seconds in which some task waited for memory: a busy host without shortage stays under 1. */
    private static final double PRESSED_SOME = 5;

    /** Below this share of memory available, reclaim is near whatever the averages say. */
    private static final int PRESSED_DIVISOR = 20;

    private final Parts parts;
    private final HostMemory host;
    private final Keeps keeps;
    private final BiConsumer<ActiveLoad, Trigger> aboutLoad;
    private final BiConsumer<Standing, Trigger> aboutNone;
    private final Supplier<List<Standing>> rules;
    private boolean looking;

    /** {@code aboutNone} is told for each of {@code rules} when no load is under way. */
    Heartbeat(
            Parts parts,
            HostMemory host,
            Keeps keeps,
            Supplier<List<Standing>> rules,
            BiConsumer<ActiveLoad, Trigger> aboutLoad,
            BiConsumer<Standing, Trigger> aboutNone) {
        this.parts = parts;
        this.host = host;
        this.keeps = keeps;
        this.rules = rules;
        this.aboutLoad = aboutLoad;
        this.aboutNone = aboutNone;
    }

    /** The first tick comes soon: policies see the host before its first load. */
    void start() {
        tickIn(FIRST_NANOS);
    }

    private void tickIn(long nanos) {
        parts.engine().at(System.nanoTime() + nanos, () -> {
            host.lookAtNodes();
            lookForPressure();
            tell(Trigger.TICK);
            tickIn(TICK_NANOS);
        });
    }

    /** Pressure is looked for between ticks as long as a load goes on: an idle daemon costs nothing. */
    void loadBegins() {
        if (!looking) {
            looking = true;
            lookOn();
        }
    }

    private void lookOn() {
        parts.engine().at(System.nanoTime() + LOOK_NANOS, () -> {
            looking = !parts.book().active().isEmpty();
            if (looking) {
                lookForPressure();
                lookOn();
            }
        });
    }

    private void lookForPressure() {
        host.lookAtPressure();
        if (isPressed(host.get())) {
            parts.counters().increment(Counter.PRESSURE_SEEN);
            keeps.pressed();
            tell(Trigger.PRESSURE);
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
            rules.get().forEach(rule -> aboutNone.accept(rule, trigger));
        }
    }
}
