package dev.nowake.agent.daemon;

import dev.nowake.agent.config.ByteSize;
import dev.nowake.agent.config.Config;
import dev.nowake.agent.observe.Amounts;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.OneLine;

/** What the daemon does, in one line, as {@code systemctl status} shows it. */
final class ServiceLine {
    private ServiceLine() {}

    static String of(Reloading reloading, Switches switches, Mirrors mirrors, int models, Counters counters) {
        Config config = reloading.config();
        long loads = Math.max(0, counters.get(Counter.LOADS) - counters.get(Counter.LOADS_DONE));
        String refusal = reloading.refusal();
        String mode = switches.isDisabled()
                ? "disabled, nothing is done"
                : switches.isPaused()
                        ? "paused, nothing is done"
                        : switches.modes().overall(config).label();
        return mode + ": " + Amounts.of(config.roots().size(), "root") + ", " + Amounts.of(models, "model")
                + mirrors(mirrors)
                + "; " + (loads == 0 ? "no load" : Amounts.of(loads, "load")) + " under way, "
                + ByteSize.format(counters.get(Counter.PREFETCHED_BYTES)) + " prefetched"
                + (refusal == null ? "" : "; the new configuration is refused: " + OneLine.of(refusal));
    }

    /** Nothing where none is configured. */
    private static String mirrors(Mirrors mirrors) {
        int all = mirrors.all().size();
        long served = mirrors.all().stream().filter(ServedMirror::isServed).count();
        return all == 0
                ? ""
                : ", " + Amounts.of(all, "mirror") + (served == all ? "" : ", " + served + " of them served");
    }
}
