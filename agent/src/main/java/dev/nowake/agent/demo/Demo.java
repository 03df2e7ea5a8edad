package dev.nowake.agent.demo;

import dev.nowake.kernel.Kernel;
import dev.nowake.samples.ModelMaker;
import dev.nowake.samples.ModelSpec;
import dev.nowake.samples.Preset;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes a model, loads it with the same loader without and with the daemon, alternating, and takes the medians. Whatever
 * happens the model is deleted again.
 */
public final class Demo {
    /** The loaders shown: how most frameworks load, and the plainest other way. */
    private static final List<String> LOADERS = List.of("mmap", "read");

    /** Without and with the daemon. */
    public record Pair(Measurement without, Measurement with) {}

    /** By loader. */
    public record Result(long modelBytes, int shards, int rounds, Map<String, Pair> loaders) {}

    private final Kernel kernel;
    private final String mainClass;
    private final Consumer<String> progress;

    /** {@code progress} is told what is being done, a line each. */
    public Demo(Kernel kernel, String mainClass, Consumer<String> progress) {
        this.kernel = kernel;
        this.mainClass = mainClass;
        this.progress = progress;
    }

    public Result run(Path parent, long sizeBytes, int rounds) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(parent, "nowake-demo-");
        Thread cleaner = new Thread(() -> delete(work));
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            progress.accept("making a model of " + dev.nowake.agent.config.ByteSize.format(sizeBytes) + " in " + work);
            Path root = Files.createDirectory(work.resolve("models"));
            int shards = 4;
            ModelSpec spec =
                    ModelSpec.of(Preset.LLAMA, sizeBytes).withShards(shards).withContent(ModelSpec.Content.COLD);
            List<Path> files = ModelMaker.write(spec, Files.createDirectory(root.resolve("demo-model")));
            return measure(root, files, work, rounds);
        } finally {
            delete(work);
            Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }

    private Result measure(Path root, List<Path> files, Path work, int rounds)
            throws IOException, InterruptedException {
        ResidencyProbe probe = new ResidencyProbe(kernel, files);
        LoadRun load = new LoadRun(probe, files, work);
        progress.accept("warming up memory, so that both sides find it alike");
        probe.touchMemory();
        Map<String, Pair> pairs = new LinkedHashMap<>();
        for (String how : LOADERS) {
            List<Measurement> without = new ArrayList<>();
            List<Measurement> with = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                progress.accept(how + " loader, round " + round + " of " + rounds + ": without nowake");
                probe.evict();
                without.add(load.measure(how));
                progress.accept(how + " loader, round " + round + " of " + rounds + ": with nowake");
                probe.evict();
                DemoDaemon daemon = new DemoDaemon(mainClass, root, work);
                try {
                    with.add(load.measure(how));
                } finally {
                    daemon.close();
                }
            }
            pairs.put(how, new Pair(median(without), median(with)));
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return new Result(bytes, files.size(), rounds, pairs);
    }

    /** The run of median speed, whole: figures of different runs are not mixed. */
    private static Measurement median(List<Measurement> runs) {
        List<Measurement> sorted = new ArrayList<>(runs);
        sorted.sort(Comparator.comparingDouble(Measurement::seconds));
        return sorted.get((sorted.size() - 1) / 2);
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException gone) {
            return; // deleted already, or somebody holds it: nothing more to do
        }
    }
}
