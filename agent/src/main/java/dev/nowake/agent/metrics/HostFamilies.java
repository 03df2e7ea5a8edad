package dev.nowake.agent.metrics;

import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.observe.PathLabel;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The daemon as a process, how it is set, and the kernel's own counters of what it promises not to cause. */
final class HostFamilies {
    private static final double START_SECONDS = ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(instant -> instant.toEpochMilli())
                    .orElse(0L)
            / 1e3;

    private HostFamilies() {}

    static List<Family> all() {
        return List.of(
                new Family(
                        Family.PREFIX + "build",
                        Family.Kind.INFO,
                        List.of("version", "java", "binding"),
                        "the version of nowake, the JVM's, and by what native calls are made",
                        Family.Audience.EVERYBODY,
                        (look, points) -> points.add(
                                1,
                                version(),
                                Runtime.version().toString(),
                                look.daemon().binding())),
                flag(
                        "ready",
                        "1 while every folder below the roots that answers is marked",
                        look -> look.daemon().isReady()),
                flag(
                        "paused",
                        "1 while somebody has it paused: nothing is prefetched or dropped",
                        look -> look.daemon().isPaused()),
                flag(
                        "disabled",
                        "1 while a file beside its socket has it disabled: it does nothing",
                        look -> look.daemon().isDisabled()),
                Family.gauge(
                        "root_enforced",
                        "1 for a root in enforce mode, 0 in observe mode; rules may say otherwise for some loads",
                        (look, points) -> look.daemon()
                                .roots()
                                .forEach(root -> points.add(
                                        root.mode() == dev.nowake.agent.config.Mode.ENFORCE ? 1 : 0, label(root))),
                        "root"),
                vmstat("pgscan_kswapd", "pages kswapd looked at to reclaim them"),
                vmstat("pgsteal_kswapd", "pages kswapd reclaimed"),
                vmstat("pgscan_direct", "pages that tasks in need of memory looked at themselves"),
                vmstat("compact_stall", "times a task waited for memory to be compacted"),
                Family.counter(
                        "vmstat_allocstall",
                        "times a task had to reclaim before it got memory, of all zones; /proc/vmstat of the host",
                        (look, points) -> points.add(look.host().sumOf("allocstall"))),
                process(
                        Family.Kind.COUNTER,
                        "process_cpu_seconds",
                        "CPU time of the daemon",
                        look -> look.process().cpuSeconds()),
                process(
                        Family.Kind.GAUGE,
                        "process_resident_memory_bytes",
                        "resident memory of the daemon",
                        look -> look.process().residentBytes()),
                process(
                        Family.Kind.GAUGE,
                        "process_virtual_memory_bytes",
                        "address space of the daemon, most of which is reserved only",
                        look -> look.process().virtualBytes()),
                process(
                        Family.Kind.GAUGE,
                        "process_threads",
                        "threads of the daemon",
                        look -> look.process().threads()),
                process(
                        Family.Kind.GAUGE,
                        "process_open_fds",
                        "open descriptors of the daemon",
                        look -> look.process().openDescriptors()),
                process(
                        Family.Kind.GAUGE,
                        "process_start_time_seconds",
                        "when the daemon started, in seconds since 1970",
                        look -> START_SECONDS));
    }

    private static Family flag(String name, String help, java.util.function.Predicate<Look> is) {
        return Family.gauge(name, help, (look, points) -> points.add(is.test(look) ? 1 : 0));
    }

    private static Family vmstat(String name, String help) {
        return Family.counter(
                "vmstat_" + name,
                help + "; /proc/vmstat of the host",
                (look, points) -> points.add(look.host().value(name)));
    }

    private static Family process(Family.Kind kind, String name, String help, ToDoubleFunction<Look> value) {
        return new Family(
                name,
                kind,
                List.of(),
                help,
                Family.Audience.ENDPOINT,
                (look, points) -> points.add(value.applyAsDouble(look)));
    }

    /** A root as every metric names it. */
    static String label(RootRule root) {
        return PathLabel.of(root.path()).text();
    }

    private static String version() {
        String version = HostFamilies.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
