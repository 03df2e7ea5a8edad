package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ControlSettings;
import dev.nowake.agent.config.InFlightLimits;
import dev.nowake.agent.config.JournalSettings;
import dev.nowake.agent.config.MetricsSettings;
import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.ServiceSettings;
import dev.nowake.agent.control.ControlClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a real daemon's metrics say of real loads, and that all we give out about them names metrics there are. */
@Tag("kernel")
final class MetricsKernelTest {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Path MONITORING = CHECKOUT.resolve("samples/monitoring");
    private static final Pattern NAME = Pattern.compile("\\b(nowake|process)_[a-z0-9_]+[a-z0-9]\\b(?!\\.)");

    private static Rig start(Rig rig) throws IOException {
        return rig.start(rig.kernel, config(rig, "0"));
    }

    private static Config config(Rig rig, String listen) {
        return config(rig, listen, List.of());
    }

    private static Config config(Rig rig, String listen, List<MirrorSettings> mirrors) {
        Config roots = Rig.config(Mode.ENFORCE, rig.root);
        MetricsSettings metrics = new MetricsSettings(listen, rig.folder.resolve("nowake.prom"), true);
        return new Config(
                roots.mode(),
                roots.roots(),
                List.of(),
                List.of(),
                InFlightLimits.DEFAULT,
                new ServiceSettings(metrics, JournalSettings.DEFAULT, ControlSettings.OWNER_ALONE),
                mirrors);
    }

    /** Samples by what stands before the value. */
    private static Map<String, Double> scrape(Rig rig) throws IOException {
        Map<String, Double> samples = new HashMap<>();
        rig.metrics().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
        return samples;
    }

    private static double grown(Map<String, Double> before, Map<String, Double> after, String sample) {
        assertThat(before).containsKey(sample);
        assertThat(after).containsKey(sample);
        return after.get(sample) - before.get(sample);
    }

    @Test
    void aLoadMovesThem() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            long size = 128 * Rig.MIB;
            List<Path> shards = rig.model("llama", size, 4);
            long bytes = 0;
            for (Path shard : shards) {
                bytes += Files.size(shard);
            }
            start(rig);
            Map<String, Double> before = scrape(rig);
            String resident = "nowake_resident_bytes{node=\"%s\",root=\"" + rig.root + "\"}";
            assertThat(before).containsEntry("nowake_ready", 1.0).containsEntry(resident.formatted("any"), 0.0);

            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            rig.awaitCounter("prefetchedBytes", Rig.most(bytes));
            Map<String, Double> during = scrape(rig);
            assertThat(during)
                    .containsEntry("nowake_active_loads{state=\"loading\"}", 1.0)
                    .containsEntry("nowake_active_readers", 1.0);
            assertThat(during.entrySet().stream()
                            .filter(sample -> sample.getKey().startsWith("nowake_resident_bytes{"))
                            .mapToDouble(Map.Entry::getValue)
                            .sum())
                    .isBetween((double) Rig.most(bytes), (double) bytes);
            reader.act("read").act("close");
            for (Path shard : shards.subList(1, shards.size())) {
                reader.open(shard).act("read").act("close");
            }
            rig.awaitReleased(shards);
            rig.awaitLoadsDone(1);
            rig.awaitQuiet();

            Map<String, Double> after = scrape(rig);
            // what the host took meanwhile was fetched again
            assertThat(grown(before, after, "nowake_prefetched_bytes_total"))
                    .isBetween((double) Rig.most(bytes), bytes * 1.1);
            assertThat(grown(before, after, "nowake_evicted_bytes_total")).isGreaterThanOrEqualTo(Rig.most(bytes));
            assertThat(grown(before, after, "nowake_prefetch_wasted_bytes_total"))
                    .as("of what was read whole")
                    .isZero();
            double loads = after.get("nowake_loads_done_total");
            assertThat(after)
                    .containsEntry("nowake_load_seconds_count", loads)
                    .containsEntry("nowake_load_seconds_bucket{le=\"+Inf\"}", loads)
                    .containsEntry("nowake_model_loads_total{model=\"llama\"}", loads)
                    .containsEntry("nowake_active_loads{state=\"loading\"}", 0.0)
                    .containsEntry("nowake_errors_total", 0.0);
            assertThat(grown(before, after, "nowake_policy_call_seconds_count{policy=\"load-and-release\"}"))
                    .isPositive();
            assertThat(grown(before, after, "process_cpu_seconds_total")).isPositive();
            assertThat(after.entrySet().stream()
                            .filter(sample -> sample.getKey().startsWith("nowake_mount_in_flight_bytes{")))
                    .isNotEmpty()
                    .allSatisfy(sample -> assertThat(sample.getValue()).isZero());
        }
    }

    @Test
    void whatNobodyOpenedIsWasted() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 96 * Rig.MIB, 3);
            start(rig);
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            rig.awaitCounter("prefetchedBytes", Rig.most(96 * Rig.MIB));
            reader.kill();
            rig.awaitReleased(shards);
            rig.awaitLoadsDone(1);

            Map<String, Double> after = scrape(rig);
            long unopened = Files.size(shards.get(1)) + Files.size(shards.get(2));
            assertThat(after.get("nowake_prefetch_wasted_bytes_total"))
                    .isBetween((double) Rig.most(unopened), (double) unopened);
            assertThat(after.get("nowake_prefetch_unjudged_bytes_total"))
                    .as("the shard that was opened and not read")
                    .isBetween(
                            (double) Rig.most(Files.size(shards.getFirst())), (double) Files.size(shards.getFirst()));
        }
    }

    @Test
    void whatIsBehindNoReaderIsWasted() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", 256 * Rig.MIB, 1).getFirst();
            start(rig);
            reader.open(shard);
            rig.awaitResident(shard);
            reader.act("take 32");
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.load()
                                    .path("readers")
                                    .path(0)
                                    .path("touchedBytes")
                                    .asLong())
                            .isGreaterThanOrEqualTo(32 * Rig.MIB));
            rig.keeps(
                    2000, () -> assertThat(rig.load().path("state").asString()).isEqualTo("loading"));
            reader.kill();
            rig.awaitReleased(List.of(shard));
            rig.awaitLoadsDone(1);

            Map<String, Double> after = scrape(rig);
            double unread = 224 * Rig.MIB;
            assertThat(after.get("nowake_prefetch_wasted_bytes_total"))
                    .as("224 MiB were not read; up to 64 and what the pace allows may have been at the end")
                    .isBetween(unread / 4, unread);
            assertThat(after.get("nowake_prefetch_wasted_bytes_total")
                            + after.get("nowake_prefetch_unjudged_bytes_total"))
                    .isBetween(unread - unread * 0.03, unread + 4 * Rig.MIB);
        }
    }

    @Test
    void whatIsGivenOutNamesWhatThereIs() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            Path remote = Files.createDirectory(rig.folder.resolve("remote"));
            MirrorSettings mirror = MirrorSettings.of("m", remote, rig.folder.resolve("mirrored"));
            rig.start(rig.kernel, config(rig, "0", List.of(mirror.withMode(Mode.ENFORCE))));
            Reader.load("read", shards);
            rig.awaitLoadsDone(1);
            await().atMost(Rig.SOON).until(() -> rig.metrics().contains("nowake_mirror_disk_used_bytes"));
            String text = rig.metrics();
            Set<String> known = names(text);
            known.addAll(known.stream()
                    .map(name -> name.replaceAll("_(bucket|sum|count)$", ""))
                    .toList());

            Map<String, Set<String>> unknown = new HashMap<>();
            List<Path> givenOut = givenOut();
            assertThat(givenOut).hasSizeGreaterThan(4);
            int named = 0;
            for (Path file : givenOut) {
                Set<String> names = names(Files.readString(file).replaceAll("(nowake|process)_[a-z_]*\\*", ""));
                if (!file.startsWith(MONITORING) && !file.endsWith("metrics.md")) {
                    names.removeIf(name -> name.startsWith("process_")); // system calls begin so, too
                }
                named += names.size();
                names.removeAll(known);
                if (!names.isEmpty()) {
                    unknown.put(CHECKOUT.relativize(file).toString(), names);
                }
            }
            assertThat(named).isGreaterThan(100);
            assertThat(unknown).as("metrics that no daemon exports").isEmpty();

            Path file = rig.folder.resolve("nowake.prom");
            await().atMost(Rig.SOON).until(() -> Files.exists(file));
            assertThat(names(Files.readString(file))).isSubsetOf(names(text));
            promtool(text, "check", "metrics");
            promtool(Files.readString(file), "check", "metrics");
        }
    }

    @Test
    void whatCannotBeShownDoesNotKeepTheDaemonFromItsWork() throws Exception {
        try (Rig rig = Rig.make();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            rig.start(rig.kernel, config(rig, "127.0.0.1:" + taken.getLocalPort()));
            assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.journal("warning"))
                            .singleElement()
                            .satisfies(line -> assertThat(line.path("reason").asString())
                                    .contains("cannot show metrics at 127.0.0.1:" + taken.getLocalPort())));
            rig.reload(config(rig, "0"));
            assertThat(rig.metrics()).contains("\nnowake_ready 1.0\n");
        }
    }

    @Test
    void aRootIsToldAsAnOperatorSetIt() throws Exception {
        try (Rig rig = Rig.make()) {
            rig.start(rig.kernel, config(rig, "0"));
            assertThat(rig.metrics()).containsPattern("\nnowake_root_enforced\\{[^}]*} 1.0\n");
            new ControlClient(rig.socket).ask(Map.of("verb", "observe", "target", rig.root.toString()));
            assertThat(rig.metrics()).containsPattern("\nnowake_root_enforced\\{[^}]*} 0.0\n");
        }
    }

    private static Set<String> names(String text) {
        return NAME.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> givenOut() throws IOException {
        List<Path> files = new ArrayList<>(List.of(CHECKOUT.resolve("README.md")));
        for (Path folder : List.of(MONITORING, CHECKOUT.resolve("docs"))) {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(file -> file.toString().matches(".*\\.(md|json|yaml)"))
                        .forEach(files::add);
            }
        }
        return files;
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        promtool("", "check", "rules", MONITORING.resolve("alerts.yaml").toString());
        promtool("", "test", "rules", MONITORING.resolve("alerts-test.yaml").toString());
    }

    /** Without complaint. It stands in Debian's package prometheus. */
    private static void promtool(String input, String... arguments) throws Exception {
        Path tool = Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(tool != null, "no promtool here: it is in Debian's package prometheus");
        List<String> words = new ArrayList<>(List.of(tool.toString()));
        words.addAll(List.of(arguments));
        Path in = Files.createTempFile("metrics", ".txt");
        try {
            Files.writeString(in, input);
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectInput(in.toFile())
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(words + ": " + output).isZero();
            if (arguments[1].equals("metrics")) {
                assertThat(output).as("what promtool does not like").isBlank();
            }
        } finally {
            Files.delete(in);
        }
    }
}
