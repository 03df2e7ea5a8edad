package dev.nowake.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Loads a model the way an unmodified loader does and says how long it took. Meant to run in a JVM of its own, started
 * without nowake's jars: prints one line of JSON when every file is closed and unmapped.
 *
 * <p>Each rank loads the whole model, as the processes of a tensor-parallel server do.
 */
public final class Loader {
    private Loader() {}

    public static void main(String[] args) throws Exception {
        LoaderArguments arguments;
        try {
            arguments = LoaderArguments.parse(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println("Loader: " + wrong.getMessage());
            System.err.println(LoaderArguments.USAGE);
            System.exit(2);
            return;
        }
        for (Path file : arguments.files()) {
            if (Files.isDirectory(file)) {
                System.err.println("Loader: " + file + " is a folder: name the files in it");
                System.exit(2);
                return;
            }
        }
        List<LoadReport> reports =
                arguments.ranks() == 1 || arguments.rankThreads() ? inThreads(arguments) : inProcesses(arguments);
        LoadReport all = reports.stream().reduce(LoadReport::with).orElseThrow();
        System.out.println(all.json(arguments));
    }

    private static List<LoadReport> inThreads(LoaderArguments arguments) throws Exception {
        if (arguments.ranks() == 1) {
            return List.of(new Rank(arguments).load());
        }
        try (ExecutorService ranks = Executors.newFixedThreadPool(arguments.ranks())) {
            List<Future<LoadReport>> running = new ArrayList<>();
            for (int rank = 0; rank < arguments.ranks(); rank++) {
                running.add(ranks.submit(() -> new Rank(arguments).load()));
            }
            List<LoadReport> reports = new ArrayList<>();
            for (Future<LoadReport> report : running) {
                reports.add(report.get());
            }
            // The faults counted are the process's: each rank has seen those of all.
            long majorFaults =
                    reports.stream().mapToLong(LoadReport::majorFaults).max().orElseThrow();
            reports.replaceAll(report -> report.withMajorFaults(0));
            reports.set(0, reports.getFirst().withMajorFaults(majorFaults));
            return reports;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io ? io : failed;
        }
    }

    private static List<LoadReport> inProcesses(LoaderArguments arguments) throws IOException, InterruptedException {
        List<Process> running = new ArrayList<>();
        try {
            for (int rank = 0; rank < arguments.ranks(); rank++) {
                running.add(new ProcessBuilder(command(arguments))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
            }
            List<LoadReport> reports = new ArrayList<>();
            for (Process rank : running) {
                BufferedReader out = rank.inputReader(StandardCharsets.UTF_8);
                String line = out.readLine();
                if (rank.waitFor() != 0 || line == null) {
                    throw new IOException("a rank ended with exit code " + rank.exitValue());
                }
                reports.add(LoadReport.parse(line));
            }
            return reports;
        } finally {
            running.forEach(Process::destroy);
        }
    }

    private static List<String> command(LoaderArguments arguments) {
        List<String> words = new ArrayList<>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Loader.class.getName()));
        words.addAll(arguments.forOneRank());
        return words;
    }
}
