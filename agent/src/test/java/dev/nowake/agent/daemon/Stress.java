package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program {@code samples/faults/stress.c}: loaders and openers that time each open and know nothing of a daemon. */
final class Stress implements AutoCloseable {
    private static final CProgram PROGRAM = new CProgram("stress", "-pthread");

    private final Process process;

    private Stress(Process process) {
        this.process = process;
    }

    private static Stress start(List<String> words, List<Path> files) throws Exception {
        List<String> all = new ArrayList<>(List.of(PROGRAM.path()));
        all.addAll(words);
        files.forEach(file -> all.add(file.toString()));
        return new Stress(new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Loads the files, cold each time, for so long. {@code how}: read or mmap. */
    static Stress load(String how, double seconds, List<Path> files) throws Exception {
        return start(List.of("load", how, String.format(Locale.ROOT, "%.1f", seconds)), files);
    }

    /** Opens and closes them as fast as it can. */
    static Stress storm(int threads, long count, List<Path> files) throws Exception {
        return start(List.of("storm", "" + threads, "" + count), files);
    }

    /** So many processes, each of which opens and closes each of them once: events that do not merge. */
    static void crowd(int processes, List<Path> files) throws Exception {
        try (Stress crowd = start(List.of("crowd", "" + processes), files)) {
            crowd.result();
        }
    }

    /** Asks it to end; the load under way is finished. */
    Stress stop() {
        process.toHandle().destroy(); // the process's own would close its output
        return this;
    }

    /** Waits for its end; what it counted. */
    JsonNode result() throws Exception {
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return JsonMapper.shared().readTree(printed);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
