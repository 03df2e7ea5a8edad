package dev.nowake.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Timeout(20)
class ControlTest {
    @TempDir
    Path folder;

    @Test
    void askedAndAnswered() throws IOException {
        try (ControlServer server = echo(socket())) {
            JsonNode answer = new ControlClient(socket()).ask(Map.of("verb", "status", "n", 1));
            assertThat(answer.get("asked").get("verb").asString()).isEqualTo("status");
            assertThat(answer.get("asked").get("n").asInt()).isEqualTo(1);
            assertThat(server).isNotNull();
        }
        assertThat(socket()).doesNotExist();
    }

    @Test
    void anAnswerLargerThanAnyBuffer() throws IOException {
        String large = "x".repeat(3 << 20);
        try (ControlServer server = new ControlServer(socket(), request -> large)) {
            assertThat(new ControlClient(socket()).ask(Map.of()).asString()).isEqualTo(large);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aSecondServerIsRefusedAndTheFirstLivesOn() throws IOException {
        try (ControlServer first = echo(socket())) {
            assertThatThrownBy(() -> echo(socket()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("another nowake daemon answers on " + socket() + ": stop it, or give another --socket");
            assertAnswers();
            assertThat(first).isNotNull();
        }
    }

    @Test
    void theSocketOfAKilledDaemonIsReplaced() throws IOException {
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(socket()));
        killed.close();
        assertThat(socket()).exists();
        try (ControlServer server = echo(socket())) {
            assertAnswers();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void whatIsNoSocketIsNeverReplaced() throws IOException {
        Path model = Files.writeString(folder.resolve("model.safetensors"), "weights");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        for (Path taken : List.of(model, empty, link)) {
            assertThatThrownBy(() -> echo(taken))
                    .hasMessage(taken + " is there and is no socket: give another --socket");
            assertThat(Files.exists(taken)).isTrue();
        }
        assertThat(model).hasContent("weights");
    }

    @Test
    void missingFoldersAreMade() throws IOException {
        Path deep = folder.resolve("run/nowake/nowake.sock");
        try (ControlServer server = echo(deep)) {
            assertThat(new ControlClient(deep).ask(Map.of()).has("asked")).isTrue();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void theOwnersAloneFromTheFirstMoment() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Set<String>> seen = CompletableFuture.supplyAsync(() -> permissionsSeen(over));
        try {
            for (int i = 0; i < 100; i++) {
                echo(socket()).close();
            }
        } finally {
            over.set(true);
        }
        assertThat(seen.get()).containsExactly("rw-------");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    private Set<String> permissionsSeen(AtomicBoolean over) {
        Set<String> seen = new TreeSet<>();
        while (!over.get()) {
            try {
                seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())));
            } catch (NoSuchFileException between) {
                Thread.onSpinWait();
            } catch (IOException failed) {
                seen.add(failed.toString());
            }
        }
        return seen;
    }

    @Test
    void aPathNoSocketCanHaveGivesOneClearLine() {
        Path fits = folder.resolve("x".repeat(106 - folder.toString().length() - 1));
        Path tooLong = folder.resolve("x".repeat(106 - folder.toString().length()));
        assertThat(fits.toString()).hasSize(106);
        assertThatThrownBy(() -> echo(tooLong))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen on " + tooLong
                        + " (its path has 107 bytes, sockets allow 106): give another --socket");
        assertThatThrownBy(() -> new ControlClient(tooLong).ask(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--socket");
        assertThat(echoes(fits)).isTrue();
    }

    private static boolean echoes(Path socket) {
        try (ControlServer server = echo(socket)) {
            return server != null && new ControlClient(socket).ask(Map.of()).has("asked");
        } catch (IOException failed) {
            return false;
        }
    }

    @Test
    void aFolderThatCannotBeMadeGivesOneClearLine() throws IOException {
        Path inFile = Files.createFile(folder.resolve("file")).resolve("nowake.sock");
        assertThatThrownBy(() -> echo(inFile))
                .hasMessageStartingWith("cannot listen on " + inFile + " (")
                .hasMessageEndingWith("): give another --socket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\n", "hello\n", "[1]\n", "null\n", "\"status\"\n", "{\n", "{\"verb\":\n", "\u0000\u0001\n", ""})
    void whatIsNoRequestIsToldSo(String request) throws IOException {
        try (ControlServer server = echo(socket())) {
            assertThat(exchange(request)).contains("\"code\":\"usage\"").contains("one JSON object on one line");
            assertAnswers();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void deepNestingIsNoRequest() throws IOException {
        try (ControlServer server = echo(socket())) {
            assertThat(exchange("{\"a\":" + "[".repeat(10_000) + "\n")).contains("\"code\":\"usage\"");
            assertAnswers();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void anAnswerThatThrowsOrIsNoJsonIsAnErrorForThatClientAlone() throws IOException {
        try (ControlServer server = new ControlServer(socket(), request -> {
            if (request.containsKey("throw")) {
                throw new IllegalStateException("broken inside");
            }
            return request.containsKey("unspeakable") ? new Unspeakable() : Map.of("asked", request);
        })) {
            assertThat(exchange("{\"throw\":1}\n"))
                    .contains("\"code\":\"failed\"")
                    .contains("broken inside");
            assertThat(exchange("{\"unspeakable\":1}\n")).contains("\"code\":\"failed\"");
            assertAnswers();
            assertThat(server).isNotNull();
        }
    }

    /** A value whose looking-at fails. */
    public static final class Unspeakable {
        public String getReason() {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void aHugeRequestIsCutOff() throws IOException {
        try (ControlServer server = echo(socket());
                SocketChannel client = connect()) {
            ByteBuffer junk = ByteBuffer.wrap("x".repeat(4 << 20).getBytes(StandardCharsets.US_ASCII));
            assertThatThrownBy(() -> {
                        while (junk.hasRemaining()) {
                            client.write(junk);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertAnswers();
            assertThat(server).isNotNull();
        }
    }

    @Test
    void aClientThatSaysNothingKeepsNobodyWaitingAndIsDropped() throws IOException {
        try (ControlServer server = echo(socket());
                SocketChannel silent = connect()) {
            silent.write(ByteBuffer.wrap("{\"verb\"".getBytes(StandardCharsets.US_ASCII)));
            long began = System.nanoTime();
            assertAnswers();
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
            assertThat(server).isNotNull();
        }
    }

    @Test
    void whereNobodyAnswersTheClientSaysWhatToDo() {
        assertThatThrownBy(() -> new ControlClient(socket()).ask(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessage("no daemon answers on " + socket() + ": start one with 'nowake run', or give its --socket");
    }

    @Test
    void aDaemonThatHangsKeepsNoClientForever() throws IOException {
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(socket()));
            assertThatThrownBy(() -> new ControlClient(socket(), 100).ask(Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the daemon on " + socket() + " gave no answer in time; try again");
        }
    }

    private Path socket() {
        return folder.resolve("nowake.sock");
    }

    private static ControlServer echo(Path socket) throws IOException {
        return new ControlServer(socket, request -> Map.of("asked", request));
    }

    private void assertAnswers() throws IOException {
        assertThat(new ControlClient(socket()).ask(Map.of("verb", "x")).has("asked"))
                .isTrue();
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket()));
    }

    private String exchange(String request) throws IOException {
        try (SocketChannel client = connect()) {
            client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            client.shutdownOutput();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (client.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
