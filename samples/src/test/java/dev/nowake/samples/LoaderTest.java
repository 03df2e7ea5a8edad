package dev.nowake.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.samples.LoaderArguments.How;
import dev.nowake.samples.Pieces.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LoaderTest {
    @TempDir
    static Path folder;

    private static List<Path> shards;
    private static long sizeBytes;
    private static String checksum;

    @BeforeAll
    static void makeModel() throws IOException {
        shards = new ArrayList<>(
                ModelMaker.write(ModelSpec.of(Preset.MIXTRAL, 20 << 20).withShards(3), folder));
        // A file whose length is no multiple of anything shows whether the last bytes are looked at.
        Path odd = folder.resolve("odd.bin");
        Files.write(odd, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -11});
        shards.add(odd);
        long sum = 0;
        for (Path shard : shards) {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(shard)).order(ByteOrder.LITTLE_ENDIAN);
            sizeBytes += all.remaining();
            while (all.remaining() >= Long.BYTES) {
                sum += all.getLong();
            }
            while (all.hasRemaining()) {
                sum += all.get();
            }
        }
        checksum = "0x%016x".formatted(sum);
    }

    @ParameterizedTest
    @CsvSource({
        "read,1,1,process",
        "read,1,3,process",
        "pread,1,1,process",
        "pread,2,2,thread",
        "mmap,1,1,process",
        "mmap,1,3,process",
        "mmap-random,1,1,process",
        "mmap-random,2,2,process",
        "read,2,1,thread"
    })
    void everyWayReadsEveryByte(String how, int ranks, int threads, String kind) throws Exception {
        Map<String, Object> report =
                run("--how", how, "--ranks", "" + ranks, "--threads", "" + threads, "--rank-kind", kind, "--checksum");

        assertThat(report)
                .containsEntry("checksum", checksum)
                .containsEntry("bytes", sizeBytes * ranks)
                .containsEntry("files", (long) shards.size())
                .containsEntry("how", how);
        assertThat((double) report.get("seconds")).isPositive();
        assertThat((double) report.get("gbPerSecond")).isPositive();
        assertThat((long) report.get("majorFaults")).isNotNegative();
        assertThat((long) report.get("closedNanos")).isGreaterThanOrEqualTo((long) report.get("loadedNanos"));
    }

    @Test
    void holdingIsNotPartOfLoading() throws Exception {
        Map<String, Object> report = run("--how", "mmap", "--hold-seconds", "1.5");

        assertThat((long) report.get("closedNanos") - (long) report.get("loadedNanos"))
                .isGreaterThan(1_500_000_000L);
        assertThat((double) report.get("seconds")).isLessThan(1.5);
        assertThat(report).containsEntry("checksum", "null");
    }

    @ParameterizedTest
    @EnumSource(How.class)
    void nothingStaysOpenOrMapped(How how) throws Exception {
        LoaderArguments arguments = new LoaderArguments(how, 1, false, 2, 0.01, false, shards);

        new Rank(arguments).load();

        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain(folder.toString());
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    assertThat(Files.readSymbolicLink(descriptor).toString()).doesNotContain(folder.toString());
                }
            }
        }
    }

    @Test
    void shuffledPiecesAreTheTensorsAndCoverTheFile() throws IOException {
        try (FileChannel channel = FileChannel.open(shards.getFirst())) {
            List<Piece> pieces = Pieces.shuffledTensors(channel);

            assertThat(pieces).hasSizeGreaterThan(10);
            assertThat(pieces).isNotEqualTo(sorted(pieces));
            assertThat(Pieces.shuffledTensors(channel)).isEqualTo(pieces);
            long endBytes = 0;
            for (Piece piece : sorted(pieces)) {
                assertThat(piece.offsetBytes()).isEqualTo(endBytes);
                endBytes += piece.lengthBytes();
            }
            assertThat(endBytes).isEqualTo(channel.size());
        }
    }

    @Test
    void aMissingFileEndsWithAnError() throws Exception {
        Process loader =
                start(List.of("--how", "read", folder.resolve("nothing").toString()));

        assertThat(loader.waitFor()).isEqualTo(1);
        assertThat(new String(loader.getErrorStream().readAllBytes())).contains("NoSuchFileException");
    }

    @Test
    void aFolderIsRefusedInOneLine() throws Exception {
        Process loader = start(List.of("--how", "read", folder.toString()));

        String errors = new String(loader.getErrorStream().readAllBytes());
        assertThat(loader.waitFor()).isEqualTo(2);
        assertThat(errors).isEqualTo("Loader: " + folder + " is a folder: name the files in it\n");
    }

    @Test
    void wrongWordsAreRefused() {
        assertThatThrownBy(() -> LoaderArguments.parse(new String[] {"--ranks", "0", "f"}))
                .hasMessageContaining("at least 1");
        assertThatThrownBy(() -> LoaderArguments.parse(new String[] {"--how", "guess", "f"}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LoaderArguments.parse(new String[] {"--checksum"}))
                .hasMessageContaining("no file");
    }

    private static List<Piece> sorted(List<Piece> pieces) {
        return pieces.stream()
                .sorted(Comparator.comparingLong(Piece::offsetBytes))
                .toList();
    }

    private static Map<String, Object> run(String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(options));
        shards.forEach(shard -> words.add(shard.toString()));
        Process loader = start(words);
        String out = new String(loader.getInputStream().readAllBytes());
        assertThat(loader.waitFor()).as(() -> new String(errors(loader))).isZero();
        assertThat(out.lines()).hasSize(1);
        return SmallJson.object(out.strip());
    }

    private static byte[] errors(Process process) {
        try {
            return process.getErrorStream().readAllBytes();
        } catch (IOException gone) {
            return gone.toString().getBytes();
        }
    }

    private static Process start(List<String> words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-XX:+UseSerialGC", "-cp", "target/classes", Loader.class.getName()));
        command.addAll(words);
        return new ProcessBuilder(command).start();
    }
}
