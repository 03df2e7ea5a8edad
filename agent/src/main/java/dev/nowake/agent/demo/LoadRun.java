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
        long peak = 0;
        while (!loader.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, probe.residentBytes());
        }
        long exitNanos = System.nanoTime();
        String line = loader.inputReader().readLine();
        if (loader.exitValue() != 0 || line == null) {
            throw new IOException("the loader failed, see " + workFolder.resolve("loader.log"));
        }
        TimeUnit.NANOSECONDS.sleep(exitNanos + 1_000_000_000L - System.nanoTime());
        long after = probe.residentBytes();
        long scanned = VmStat.read().since(before, "pgscan_kswapd");
        JsonNode report = JsonMapper.shared().readTree(line);
        return new Measurement(
                report.get("seconds").doubleValue(),
                report.get("gbPerSecond").doubleValue(),
                report.get("majorFaults").longValue(),
                peak,
                after,
                scanned);
    }
}
