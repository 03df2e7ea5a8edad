package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.control.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evict --tier disk} and what {@code explain} shows of a mirror: what they ask, what they say, their exit codes. */
class DiskVerbsTest {
    @TempDir
    Path folder;

    private final List<Map<String, Object>> asked = new ArrayList<>();

    private CliRun tell(List<Object> answers, String... words) throws IOException {
        Path socket = folder.resolve("sock");
        Deque<Object> left = new ArrayDeque<>(answers);
        try (ControlServer daemon = new ControlServer(socket, request -> {
            asked.add(request);
            return left.size() > 1 ? left.pop() : left.peek();
        })) {
            assertThat(daemon).isNotNull();
            List<String> all = new ArrayList<>(List.of(words));
            all.addAll(List.of("--socket", socket.toString()));
            return CliRun.real(all.toArray(String[]::new));
        }
    }

    private CliRun evict(Object answer, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("evict", "--tier", "disk"));
        all.addAll(Arrays.asList(words));
        return tell(
                answer instanceof List<?> many ? new ArrayList<>(many) : List.of(answer), all.toArray(String[]::new));
    }

    private static Map<String, Object> done(Object... models) {
        return Map.of("number", 1, "done", true, "evictedBytes", 0, "models", List.of(models));
    }

    private static Map<String, Object> model(String name, long bytes, String stayed) {
        Map<String, Object> model = new HashMap<>(Map.of("model", name, "evictedBytes", bytes));
        model.put("stayed", stayed);
        return model;
    }

    @Test
    void theDaemonIsAskedAndWhatWentIsSaid() throws IOException {
        CliRun run = evict(done(model("llama", 3L << 30, null)), folder.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("""
                evicted 3.00 GiB from disk
                 EVICTED  MODEL  STAYED
                3.00 GiB  llama  -
                """);
        assertThat(asked.getFirst())
                .containsEntry("verb", "evict-disk")
                .containsEntry("target", folder.toString())
                .containsKey("pathBase64");
        assertThat(evict(done(model("llama", 5, null)), "llama", "--output=json")
                        .out())
                .isEqualTo("{\"evictedBytes\":5,\"models\":[{\"model\":\"llama\",\"evictedBytes\":5}]}\n");
    }

    @Test
    void oneThatIsOpenIsRefusedInOneLine() throws IOException {
        evict(done(model("llama", 0, "open")), "llama", "--output=json")
                .failedWith(
                        ExitCode.FAILED,
                        "stayed",
                        "llama stays on the disk: it is open; try again when nobody has it open or mapped");
        evict(done(model("llama", 0, "kept")), "llama", "--output=json")
                .failedWith(ExitCode.FAILED, "stayed", "it is kept; 'nowake unkeep' lets it go");
        evict(done(model("llama", 0, "being loaded"), model("b", 0, "open")), "llama", "--output=json")
                .failedWith(ExitCode.FAILED, "stayed", "being loaded; try again when that is over (and 1 more models)");
    }

    @Test
    void someOfSeveralIsPartlyDone() throws IOException {
        CliRun run = evict(done(model("a", 5, null), model("b", 2, "open: opened meanwhile")), "/models");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.out()).contains("evicted 7 B from disk").contains("2 B  b      open: opened meanwhile");
        run = evict(List.of(done(model("a", 5, null)), ControlError.of("not_mirrored", "b is not there")), "a", "b");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.err()).contains("b is not there");
    }

    @Test
    void whatTakesLongIsWaitedFor() throws IOException {
        Map<String, Object> pending = Map.of("number", 7, "done", false);
        CliRun run = evict(List.of(pending, pending, done(model("a", 5, null))), "a");
        assertThat(run.exit()).isZero();
        assertThat(asked).hasSize(3);
        assertThat(asked.getLast()).containsEntry("number", 7).containsEntry("verb", "evict-disk");
    }

    @Test
    void whatTheDaemonRefusesIsTheExitCode() throws IOException {
        evict(ControlError.of("not_mirrored", "x is in no mirror"), "x", "--output=json")
                .failedWith(ExitCode.FAILED, "not_mirrored", "in no mirror");
        evict(ControlError.of("not_permitted", "bob may not 'evict-disk': be root"), "x", "--output=json")
                .failedWith(ExitCode.NOT_PERMITTED, "not_permitted", "be root");
        CliRun.real(
                        "evict",
                        "--tier=disk",
                        "x",
                        "--output=json",
                        "--socket",
                        folder.resolve("none").toString())
                .failedWith(ExitCode.FAILED, "no_daemon", "start one with 'nowake run'");
        CliRun.real("evict", "--tier=tape", "x", "--output=json").failedWith(ExitCode.USAGE, "usage", "tape");
    }

    @Test
    void explainShowsWhenAModelWouldGo() throws IOException {
        Map<String, Object> mirror = new HashMap<>(Map.of(
                "mirror", "models",
                "model", "llama",
                "sizeBytes", 4L << 30,
                "onDiskBytes", 3L << 30,
                "budgetBytes", 10L << 30,
                "usedBytes", 9L << 30,
                "freeBytes", 2L << 30,
                "reserveBytes", 1L << 30,
                "policy", "mirror-lru",
                "places", 3));
        Path file = Files.writeString(folder.resolve("x.safetensors"), "x");
        assertThat(explain(mirror, file)).isEqualTo("""
                file      /x
                mirror    models
                on disk   3.00 GiB of 4.00 GiB of llama, never loaded
                disk      9.00 GiB of 10.0 GiB taken by the mirror, 2.00 GiB free, 1.00 GiB to stay so
                goes      never, by mirror-lru
                """);
        mirror.put("lastLoadedUnix", System.currentTimeMillis() / 1000 - 3 * 86_400);
        mirror.put("place", 2);
        mirror.put("goesAfterBytes", 1L << 30);
        mirror.put("reason", "least recently loaded");
        assertThat(explain(mirror, file))
                .contains("llama, last loaded 3 days ago\n")
                .endsWith(
                        "goes      as number 2 of 3 by mirror-lru (least recently loaded), when more than 1.00 GiB have"
                                + " to go\n");
        mirror.put("staysBecause", "open");
        assertThat(explain(mirror, file)).endsWith("goes      not now: it is open\n");
        assertThat(explain(Map.of("mirror", "models", "problem", "Stale file handle"), file))
                .endsWith("disk      unknown: Stale file handle\n");
    }

    private String explain(Map<String, Object> mirror, Path file) throws IOException {
        return tell(
                        List.of(Map.of("path", "/x", "mirror", mirror), Map.of("policies", List.of())),
                        "explain",
                        file.toString())
                .out();
    }
}
