package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The verbs on the running kernel: what they say is what is so. */
@Tag("kernel")
@Timeout(60)
class VerbsKernelTest {
    private static final int SIZE = 8 * ModelFiles.MIB;

    @TempDir
    private Path folder;

    private final LinuxKernel kernel = LinuxKernel.open(Binding.FFM);
    private Path first;
    private Path second;

    @BeforeEach
    void aColdModel() throws IOException {
        first = ModelFiles.safetensors(folder.resolve("model-00001-of-00002.safetensors"), SIZE, 5);
        second = ModelFiles.safetensors(folder.resolve("model-00002-of-00002.safetensors"), SIZE, 3);
        CliRun.real("evict", folder.toString());
        assertThat(residentBytes(first)).isZero();
        assertThat(residentBytes(second)).isZero();
    }

    private long residentBytes(Path path) throws IOException {
        try (OpenFile file = kernel.files().open(path)) {
            return kernel.pageCache().residency(file, 0, Long.MAX_VALUE / 2).residentBytes();
        }
    }

    @Test
    void residencyChangesNothingAndSaysWhatIs() throws IOException {
        CliRun cold = CliRun.real("residency", "--output", "json", folder.toString());
        assertThat(cold.exit()).isZero();
        assertThat(cold.err()).isEmpty();
        JsonNode json = cold.json();
        assertThat(json.propertyNames()).containsExactly("files", "sizeBytes", "residentBytes");
        assertThat(json.get("sizeBytes").asLong()).isEqualTo(2L * SIZE);
        assertThat(json.get("residentBytes").asLong()).isZero();
        assertThat(residentBytes(first)).as("looking brings nothing in").isZero();

        Files.readAllBytes(second);
        JsonNode file = CliRun.real("--output=json", "residency", second.toString())
                .json()
                .get("files")
                .get(0);
        assertThat(file.propertyNames()).containsExactly("path", "sizeBytes", "residentBytes", "dirtyBytes", "source");
        assertThat(file.get("path").asString()).isEqualTo(second.toString());
        assertThat(file.get("residentBytes").asLong()).isEqualTo(SIZE);
        assertThat(file.get("source").asString()).isIn("cachestat", "mincore");
    }

    @Test
    void residencyDrawsATableAndAMap() throws IOException {
        try (FileChannel channel = FileChannel.open(first)) {
            channel.map(MapMode.READ_ONLY, SIZE / 2, 4096).load();
        }
        CliRun run = CliRun.real("residency", "--map", folder.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out().lines().toList().getFirst()).contains("RESIDENT", "SIZE", "FILE");
        assertThat(run.out()).contains("total").contains("resident: # all");
        List<String> drawn =
                run.out().lines().filter(line -> line.endsWith("|")).toList();
        assertThat(drawn).hasSize(2).allMatch(line -> line.length() == 80);
        assertThat(drawn.getFirst()).matches("\\.\\.\\.01-of-00002\\.safetensors \\| +\\. +\\|");
        assertThat(drawn.getLast()).matches("\\.\\.\\.02-of-00002\\.safetensors \\| +\\|");
        assertThat(CliRun.real("residency", "--no-map", folder.toString()).out())
                .isEqualTo(CliRun.real("residency", folder.toString()).out())
                .doesNotContain("resident: #");
    }

    @Test
    void prefetchBringsAllInOnce() throws IOException {
        CliRun run = CliRun.real("prefetch", folder.toString(), "--output", "json");
        assertThat(run.exit()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.propertyNames())
                .containsExactly(
                        "files", "requestedBytes", "landedBytes", "alreadyResidentBytes", "seconds", "mechanism");
        assertThat(json.get("requestedBytes").asLong()).isEqualTo(2L * SIZE);
        assertThat(json.get("landedBytes").asLong()).isEqualTo(2L * SIZE);
        assertThat(json.get("alreadyResidentBytes").asLong()).isZero();
        assertThat(json.get("seconds").asDouble()).isPositive();
        assertThat(json.get("files").get(0).propertyNames())
                .containsExactly("path", "requestedBytes", "landedBytes", "alreadyResidentBytes");
        assertThat(residentBytes(first)).isEqualTo(SIZE);

        JsonNode again =
                CliRun.real("prefetch", "--output", "json", folder.toString()).json();
        assertThat(again.get("requestedBytes").asLong()).isZero();
        assertThat(again.get("landedBytes").asLong()).isZero();
        assertThat(again.get("alreadyResidentBytes").asLong()).isEqualTo(2L * SIZE);
        assertThat(CliRun.real("prefetch", folder.toString()).out()).startsWith("nothing to do");
    }

    @Test
    void prefetchLeavesHolesOut() throws IOException {
        Path sparse = folder.resolve("sparse.bin");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(100L << 30);
            file.seek(50L << 30);
            file.write(new byte[ModelFiles.MIB]);
            file.getFD().sync();
        }
        CliRun.real("evict", sparse.toString());
        JsonNode json =
                CliRun.real("prefetch", "--output=json", sparse.toString()).json();
        assertThat(json.get("requestedBytes").asLong()).isEqualTo(ModelFiles.MIB);
        assertThat(json.get("landedBytes").asLong()).isEqualTo(ModelFiles.MIB);
    }

    @Test
    void oneInodeIsTakenOnceUnderThePathFirstReached() throws IOException {
        Path link = Files.createLink(folder.resolve("other.safetensors"), first);
        Path symbolic = Files.createSymbolicLink(folder.resolve("soft.safetensors"), first);
        JsonNode files = CliRun.real(
                        "residency", "--output=json", first.toString(), link.toString(), symbolic.toString())
                .json()
                .get("files");
        assertThat(files.size()).isEqualTo(1);
        assertThat(files.get(0).get("path").asString()).isEqualTo(first.toString());
    }

    @Test
    void evictSaysWhatWentAndWhatStayed() throws IOException {
        Files.readAllBytes(first);
        CliRun run = CliRun.real("evict", "--output=json", folder.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.json().propertyNames()).containsExactly("evictedBytes", "residentBytes", "refused");
        assertThat(run.json().get("evictedBytes").asLong()).isCloseTo(SIZE, within((long) SIZE / 30));
        assertThat(run.json().get("residentBytes").asLong()).isZero();
        assertThat(run.json().get("refused").isEmpty()).isTrue();
    }

    @Test
    void evictWaitsForDirtyPages() throws IOException {
        try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[ModelFiles.MIB]), SIZE / 2);
        }
        JsonNode dirty =
                CliRun.real("residency", "--output=json", first.toString()).json();
        if (kernel.features().has(Feature.CACHESTAT)) { // mincore does not tell
            assertThat(dirty.get("files").get(0).get("dirtyBytes").asLong()).isPositive();
        }
        CliRun run = CliRun.real("evict", "--wait", "10", "--output=json", first.toString());
        assertThat(run.exit()).as(run.out()).isZero();
        assertThat(residentBytes(first)).isZero();
    }

    @Test
    void inspectCountsShardsAndTensors() {
        CliRun run = CliRun.real("inspect", "--output=json", folder.toString());
        assertThat(run.exit()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.propertyNames()).containsExactly("format", "model", "sizeBytes", "shards");
        assertThat(json.get("format").asString()).isEqualTo("safetensors");
        assertThat(json.get("sizeBytes").asLong()).isEqualTo(2L * SIZE);
        assertThat(json.get("shards").size()).isEqualTo(2);
        JsonNode shard = json.get("shards").get(1);
        assertThat(shard.propertyNames()).containsExactly("path", "index", "sizeBytes", "tensors");
        assertThat(shard.get("index").asInt()).isEqualTo(1);
        assertThat(shard.get("tensors").asInt()).isEqualTo(3);
        assertThat(CliRun.real("inspect", folder.toString()).out())
                .contains("2 shards")
                .contains("safetensors");
    }

    @Test
    void severalModelsAreOneDocument() throws IOException {
        ModelFiles.safetensors(Files.createDirectory(folder.resolve("b")).resolve("b.safetensors"), SIZE, 1);
        JsonNode json =
                CliRun.real("inspect", "--output=json", folder.toString()).json();
        assertThat(json.propertyNames()).containsExactly("models");
        assertThat(json.get("models").size()).isEqualTo(2);
    }

    @Test
    void aBrokenHeaderIsSaidAndTheRestShown() throws IOException {
        try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 0x80, '{'}), 0);
        }
        CliRun run = CliRun.real("inspect", "--output=json", folder.toString());
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.json().get("shards").get(0).get("tensors").asInt()).isZero();
        assertThat(run.json().get("shards").get(1).get("tensors").asInt()).isEqualTo(3);
        assertThat(run.err().strip()).doesNotContain("\n");
    }

    @Test
    void namesThatAreNotText() throws IOException {
        Path lossy = Path.of(java.net.URI.create(folder.toUri() + "odd%FF%0Aname.safetensors"));
        ModelFiles.safetensors(lossy, SIZE, 1);
        CliRun run = CliRun.real("residency", "--output=json", folder.toString());
        assertThat(run.exit()).isZero();
        JsonNode odd = null;
        for (JsonNode file : run.json().get("files")) {
            odd = file.has("pathBase64") ? file : odd;
        }
        assertThat(odd).isNotNull();
        assertThat(Base64.getDecoder().decode(odd.get("pathBase64").asString()))
                .containsSequence('o', 'd', 'd', 0xff, '\n', 'n', 'a', 'm', 'e');
        CliRun table = CliRun.real("residency", folder.toString());
        assertThat(table.out().lines().filter(line -> line.contains("odd"))).hasSize(1);
        assertThat(CliRun.real("prefetch", folder.toString()).exit()).isZero();
        assertThat(CliRun.real("inspect", folder.toString()).exit()).isZero();
        assertThat(CliRun.real("evict", folder.toString()).exit()).isZero();
    }

    @Test
    void anEmptyFileIsFine() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.safetensors"));
        for (String verb : new String[] {"residency", "prefetch", "evict"}) {
            CliRun run = CliRun.real(verb, "--output=json", empty.toString());
            assertThat(run.exit()).as(verb + run.err()).isZero();
            assertThat(run.err()).isEmpty();
        }
    }

    @Test
    void tmpfsIsAlwaysResident() throws IOException {
        Path shm = Path.of("/dev/shm");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(shm), "no writable tmpfs at /dev/shm");
        Path file = ModelFiles.bytes(Files.createTempFile(shm, "nowake-", ".bin"), ModelFiles.MIB);
        try {
            JsonNode prefetched =
                    CliRun.real("prefetch", "--output=json", file.toString()).json();
            assertThat(prefetched.get("requestedBytes").asLong()).isZero();
            CliRun evicted = CliRun.real("evict", "--wait=0", "--output=json", file.toString());
            assertThat(evicted.json().get("residentBytes").asLong()).isEqualTo(ModelFiles.MIB);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void doctorChecksEverythingItKnows() {
        CliRun run = CliRun.real("doctor", "--output=json", folder.toString(), "/nowhere");
        assertThat(run.exit()).isZero();
        JsonNode checks = run.json().get("checks");
        assertThat(run.json().propertyNames()).containsExactly("checks", "findings");
        assertThat(checks.size()).isGreaterThan(15);
        for (JsonNode check : checks) {
            assertThat(check.propertyNames()).containsExactly("name", "ok", "detail");
            assertThat(check.get("detail").asString()).isNotBlank();
        }
        assertThat(run.out()).contains("read-ahead").contains("/nowhere: no such file or folder");
        assertThat(CliRun.real("doctor").out()).contains("java").contains("cachestat");
    }
}
