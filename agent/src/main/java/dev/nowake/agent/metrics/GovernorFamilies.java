package dev.nowake.agent.metrics;

import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.govern.Shortage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What prefetch may use: of memory, and of each kind of storage. */
final class GovernorFamilies {
    private GovernorFamilies() {}

    static List<Family> all() {
        List<Family> families = new ArrayList<>(List.of(
                governor(
                        "governor_room_bytes",
                        "bytes one load could prefetch now, as memory was when a load last asked; less than nothing when"
                                + " others have taken the margin",
                        GovernorState::roomBytes),
                governor(
                        "governor_margin_bytes",
                        "bytes left free above the kernel's watermarks",
                        GovernorState::marginBytes),
                governor(
                        "governor_in_flight_bytes",
                        "bytes asked of storage and not returned, of all mounts",
                        GovernorState::inFlightBytes),
                governor(
                        "governor_outside_bytes_per_second",
                        "what everybody else takes of memory",
                        GovernorState::outsideBytesPerSecond),
                governor(
                        "governor_unrest",
                        "1 where the kernel reclaimed, or tasks waited for memory, within two seconds",
                        state -> state.unrest() ? 1 : 0),
                Family.gauge(
                        "governor_shortage",
                        "1 for what the last refused prefetch was short of, until one is granted",
                        (look, points) -> forEach(
                                shortage -> points.add(look.governor().shortage() == shortage ? 1 : 0, kind(shortage))),
                        "kind"),
                Family.counter(
                        "governor_waits",
                        "times prefetch had to wait, by what was short",
                        (look, points) -> forEach(shortage ->
                                points.add(look.governor().waits().getOrDefault(shortage, 0L), kind(shortage))),
                        "kind"),
                Family.counter(
                        "governor_looks",
                        "looks at the host's memory",
                        (look, points) -> points.add(look.governor().looks())),
                Family.counter(
                        "governor_look_seconds",
                        "time spent looking at the host's memory",
                        (look, points) -> points.add(look.governor().lookedNanos() / 1e9))));
        families.addAll(mounts());
        return families;
    }

    private static Family governor(String name, String help, ToDoubleFunction<GovernorState> value) {
        return Family.gauge(name, help, (look, points) -> points.add(value.applyAsDouble(look.governor())));
    }

    private static void forEach(java.util.function.Consumer<Shortage> each) {
        for (Shortage shortage : Shortage.values()) {
            if (shortage != Shortage.NONE) {
                each.accept(shortage);
            }
        }
    }

    private static String kind(Shortage shortage) {
        return switch (shortage) {
            case NONE -> "none";
            case IN_FLIGHT -> "in_flight";
            case MEMORY -> "memory";
            case OTHER_LOADS -> "other_loads";
            case OWN_LIMIT -> "own_limit";
            case UNKNOWN -> "unknown";
        };
    }

    /** By type of filesystem: there are few, while a mount that comes again has another device number each time. */
    private static List<Family> mounts() {
        return List.of(
                mount("mounts", "mounts that hold models, or were prefetched from", mount -> 1),
                mount(
                        "fenced_mounts",
                        "mounts that return nothing and are asked for nothing more",
                        mount -> mount.isFenced() ? 1 : 0),
                mount(
                        "mount_in_flight_bytes",
                        "bytes asked of these mounts and not returned",
                        MountState::inFlightBytes),
                mount(
                        "mount_budget_bytes",
                        "bytes these mounts may have in flight now; a fenced one has none",
                        MountState::budgetBytes),
                mount("mount_max_bytes", "bytes these mounts may ever have in flight", MountState::mostBytes),
                Family.gauge(
                        "mount_latency_seconds",
                        "smoothed time until a chunk was there, of the slowest of these mounts",
                        (look, points) -> byType(look)
                                .forEach((type, mounts) -> points.add(
                                        mounts.stream()
                                                        .mapToLong(MountState::latencyNanos)
                                                        .max()
                                                        .orElse(0)
                                                / 1e9,
                                        type)),
                        "fstype"));
    }

    private static Family mount(String name, String help, ToDoubleFunction<MountState> value) {
        return Family.gauge(
                name,
                help,
                (look, points) -> byType(look)
                        .forEach((type, mounts) ->
                                points.add(mounts.stream().mapToDouble(value).sum(), type)),
                "fstype");
    }

    private static Map<String, List<MountState>> byType(Look look) {
        return look.mounts().stream()
                .collect(Collectors.groupingBy(MountState::fsType, TreeMap::new, Collectors.toList()));
    }
}
