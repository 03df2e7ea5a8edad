package dev.nowake.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.mirror.evict.DiskCounts;
import dev.nowake.agent.mirror.evict.DiskFigures;
import dev.nowake.agent.mirror.evict.DiskStanding;
import dev.nowake.agent.mirror.fill.FailureKind;
import dev.nowake.agent.mirror.fill.FillFigures;
import dev.nowake.agent.mirror.gate.GateFigures;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.mirror.store.RemoteState;
import dev.nowake.agent.mirror.store.Stored;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Measure;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpositionTest {
    private final QuietDaemon daemon = new QuietDaemon();

    private List<String> lines(boolean models, boolean process) {
        return new Exposition(daemon, models, process).text().lines().toList();
    }

    @Test
    void whatIsCountedIsTold() {
        daemon.counters.add(Counter.EVICT_REFUSED_DIRTY, 4096);
        daemon.counters.add(Counter.PREFETCHED_BYTES, 1L << 40);
        assertThat(lines(false, false))
                .contains(
                        "nowake_evict_refused_bytes_total{reason=\"dirty\"} 4096.0",
                        "nowake_prefetched_bytes_total 1.099511627776E12",
                        "nowake_governor_shortage{kind=\"memory\"} 1.0",
                        "nowake_governor_shortage{kind=\"in_flight\"} 0.0",
                        "nowake_governor_waits_total{kind=\"memory\"} 3.0",
                        "nowake_governor_look_seconds_total 0.009",
                        "nowake_active_loads{state=\"releasing\"} 1.0",
                        "nowake_resident_bytes{node=\"0\",root=\"/models\"} 12.0",
                        "nowake_root_enforced{root=\"/mo\\\"de\\\\ls\"} 1.0",
                        "nowake_ready 1.0");
        assertThat(daemon.counters.get(Counter.ERRORS)).isZero();
    }

    @Test
    void aHistogramsBucketsAddUp() {
        for (double seconds : new double[] {0.1, 0.5, 0.6, 4000, 5000}) {
            daemon.counters.measure(Measure.LOAD_SECONDS).observe(seconds);
        }
        assertThat(lines(false, false))
                .contains(
                        "nowake_load_seconds_bucket{le=\"0.5\"} 2",
                        "nowake_load_seconds_bucket{le=\"1.0\"} 3",
                        "nowake_load_seconds_bucket{le=\"3600.0\"} 3",
                        "nowake_load_seconds_bucket{le=\"+Inf\"} 5",
                        "nowake_load_seconds_count 5",
                        "nowake_load_seconds_sum 9001.2");
    }

    @Test
    void mountsOfOneTypeAreOne() {
        daemon.mounts = List.of(
                new MountState(1, "nfs4", 10, 20, 5, 2_000_000, -1), new MountState(2, "nfs4", 0, 20, 7, 9_000_000, 1));
        assertThat(lines(false, false))
                .contains(
                        "nowake_mounts{fstype=\"nfs4\"} 2.0",
                        "nowake_fenced_mounts{fstype=\"nfs4\"} 1.0",
                        "nowake_mount_in_flight_bytes{fstype=\"nfs4\"} 12.0",
                        "nowake_mount_budget_bytes{fstype=\"nfs4\"} 10.0",
                        "nowake_mount_latency_seconds{fstype=\"nfs4\"} 0.009");
    }

    @Test
    void mirrorsAreToldByTheirNames() {
        daemon.mirrors = List.of(
                mirror("a", true, "the server is gone"),
                mirror("b", true, null),
                mirror("c", false, null),
                observed("d"));
        List<String> lines = lines(false, false);
        assertThat(lines)
                .contains(
                        "nowake_mirror_served{mirror=\"a\"} 1.0",
                        "nowake_mirror_served{mirror=\"c\"} 0.0",
                        "nowake_mirror_remote_reachable{mirror=\"a\"} 0.0",
                        "nowake_mirror_remote_reachable{mirror=\"b\"} 1.0",
                        "nowake_mirror_files{mirror=\"a\",state=\"complete\"} 3.0",
                        "nowake_mirror_files{mirror=\"a\",state=\"incomplete\"} 4.0",
                        "nowake_mirror_fetched_bytes_total{mirror=\"b\"} 100.0",
                        "nowake_mirror_failed_pieces_total{mirror=\"b\",reason=\"timeout\"} 5.0",
                        "nowake_mirror_failed_pieces_total{mirror=\"b\",reason=\"full\"} 0.0",
                        "nowake_mirror_held_reads_total{mirror=\"b\"} 22.0",
                        "nowake_mirror_wait_seconds_bucket{mirror=\"b\",le=\"0.1\"} 1",
                        "nowake_mirror_wait_seconds_bucket{mirror=\"b\",le=\"+Inf\"} 6",
                        "nowake_mirror_wait_seconds_sum{mirror=\"b\"} 1.5",
                        "nowake_mirror_disk_budget_bytes{mirror=\"b\"} 1000.0",
                        "nowake_mirror_disk_missing_bytes{mirror=\"b\"} 9.0")
                .noneMatch(line -> line.contains("mirror=\"d\""))
                .noneMatch(line -> line.contains("{mirror=\"c\"") && !line.startsWith("nowake_mirror_served"));
        assertThat(daemon.counters.get(Counter.ERRORS)).isZero();
    }

    private static MirrorStanding observed(String name) {
        MirrorSettings settings = MirrorSettings.of(name, Path.of("/remote"), Path.of("/local"));
        return new MirrorStanding(settings.withMode(Mode.OBSERVE), null, null, "observe", List.of(), 0);
    }

    private static MirrorStanding mirror(String name, boolean served, String unreachable) {
        MirrorSettings settings =
                MirrorSettings.of(name, Path.of("/remote"), Path.of("/local")).withMode(Mode.ENFORCE);
        if (!served) {
            return new MirrorStanding(settings, null, null, "no room", List.of(), 0);
        }
        RemoteState state = new RemoteState(unreachable == null, Instant.EPOCH, unreachable);
        Stored stored = new Stored(
                name,
                settings.remote(),
                settings.local(),
                "ext4",
                7,
                3,
                4,
                70,
                30,
                0,
                0,
                null,
                state,
                0,
                null,
                List.of());
        FillFigures filling = new FillFigures(
                100,
                90,
                80,
                1,
                2,
                Map.of(FailureKind.TIMEOUT, 5L),
                6,
                7,
                0,
                8,
                List.of(0.1, 1.0),
                List.of(1L, 2L, 3L),
                1.5,
                9,
                10,
                false);
        return new MirrorStanding(
                settings,
                new MirrorFigures(stored, filling, 50, new GateFigures(11, 22, 33, 2, 0.5, false), true, "range"),
                new DiskFigures(new DiskStanding(1000, 400, 500, 50), 9, "kept", 1, new DiskCounts(0, 0, 0, 0, 0)),
                null,
                List.of(),
                0);
    }

    @Test
    void modelsAreToldApartForThoseWhoWantThatAndNoMoreThanTwenty() {
        for (int i = 0; i < 100; i++) {
            daemon.counters.models().add("model-" + i, 2, 10, 7);
        }
        daemon.counters.models().add("model-0", 2, 10, 7);
        assertThat(lines(false, false)).noneMatch(line -> line.contains("model-"));
        assertThat(lines(true, false))
                .contains(
                        "nowake_model_loads_total{model=\"model-0\"} 2.0",
                        "nowake_model_prefetched_bytes_total{model=\"other\"} 800.0",
                        "nowake_model_load_seconds_total{model=\"model-19\"} 2.0")
                .filteredOn(line -> line.startsWith("nowake_model_loads_total{"))
                .hasSize(21);
    }

    @Test
    void theProcessIsToldOfWhereNobodyElseTellsOfHis() {
        assertThat(lines(false, true))
                .anyMatch(line -> line.matches("process_resident_memory_bytes [1-9].*"))
                .anyMatch(line -> line.matches("process_cpu_seconds_total [0-9].*"))
                .anyMatch(line -> line.matches("process_threads [1-9].*"))
                .anyMatch(line -> line.matches("process_open_fds [1-9].*"))
                .anyMatch(line -> line.matches("process_start_time_seconds 1\\.[0-9]+E9"));
        assertThat(lines(false, false)).noneMatch(line -> line.contains("process_"));
    }

    /** Promised are 10 ms. Of CPU time, so that a busy host does not count. */
    @Test
    void aScrapeIsShort() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Exposition exposition = new Exposition(daemon, true, true);
        long[] nanos = new long[31];
        for (int i = 0; i < nanos.length; i++) {
            long began = threads.getCurrentThreadCpuTime();
            exposition.text();
            nanos[i] = threads.getCurrentThreadCpuTime() - began;
        }
        Arrays.sort(nanos);
        assertThat(nanos[nanos.length / 2] / 1e6).as("median, ms").isLessThan(50);
    }

    @Test
    void whatCannotBeReadIsLeftOutAndCounted() {
        daemon.mounts = null;
        assertThat(lines(false, false))
                .noneMatch(line -> line.startsWith("nowake_mounts{"))
                .contains("nowake_ready 1.0");
        assertThat(daemon.counters.get(Counter.ERRORS)).isPositive();
    }
}
