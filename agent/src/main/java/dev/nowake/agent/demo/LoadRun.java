package dev.nowake.agent.demo;

import dev.nowake.kernel.proc.VmStat;
import dev.nowake.samples.Loader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the loader once, in its own process, and watches the page cache meanwhile. */
final class LoadRun {
    private static final long SAMPLE_MILLIS = 20;

    /** Each look opens the files for a moment, and who releases them asks whether anybody has them open. */
    private static final long SAMPLE_AFTER_NANOS = 50_000_000L;

    private static final long AFTER_NANOS = 1_000_000_000L;

    private final ResidencyProbe probe;
    private final List<Path> shards;
    private final Path workFolder;

    LoadRun(ResidencyProbe probe, List<Path> shards, Path workFolder) {
        this.probe = probe;
        this.shards = shards;
        this.workFolder = workFolder;
    }

    /** {@code how} as the loader's option takes it. */
    Measurement measure(String how) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--how", how));
        shards.forEach(shard -> arguments.add(shard.toString()));
        VmStat before = VmStat.read();
        Process loader = ChildJvm.start(workFolder.resolve("loader.log"), Loader.class.getName(), arguments);
        List<Long> nanos = new ArrayList<>();
        List<List<Long>> resident = new ArrayList<>();
        do {
            look(nanos, resident);
        } while (!loader.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS));
        long untilNanos = System.nanoTime() + AFTER_NANOS;
        String line = loader.inputReader().readLine();
        if (loader.exitValue() != 0 || line == null) {
            throw new IOException("the loader failed, see " + workFolder.resolve("loader.log"));
        }
        while (System.nanoTime() < untilNanos) {
            look(nanos, resident);
            long left = untilNanos - System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(Math.min(left, SAMPLE_AFTER_NANOS));
        }
        look(nanos, resident);
        long scanned = VmStat.read().since(before, "pgscan_kswapd");
        JsonNode report = JsonMapper.shared().readTree(line);
        Course course = Course.of(nanos, resident, report.get("startNanos").longValue());
        return new Measurement(
                report.get("seconds").doubleValue(),
                report.get("gbPerSecond").doubleValue(),
                report.get("majorFaults").longValue(),
                course.moments().stream()
                        .mapToLong(Course.Moment::totalBytes)
                        .max()
                        .orElse(0),
                course.moments().getLast().totalBytes(),
                scanned,
                course);
    }

    private void look(List<Long> nanos, List<List<Long>> resident) throws IOException {
        nanos.add(System.nanoTime());
        resident.add(probe.residentBytes());
    }
}
