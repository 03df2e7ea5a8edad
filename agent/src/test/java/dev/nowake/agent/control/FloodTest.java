package dev.nowake.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More clients than there are places, and none of them as it should be: somebody who asks properly is answered. */
@Timeout(60)
class FloodTest {
    private static final Duration PROMISED = Duration.ofSeconds(5);
    private static final int CLIENTS = 1000;

    /** As long as a status of a hundred loads: more than a socket takes at once. */
    private static final String LONG = "x".repeat(400_000);

    @TempDir
    Path folder;

    private ControlServer server;
    private int threads;

    @BeforeEach
    void serve() throws IOException {
        threads = serverThreads();
        server = new ControlServer(
                folder.resolve("sock"), request -> request.containsKey("long") ? LONG : Map.of("asked", request));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Path socket() {
        return folder.resolve("sock");
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket()));
    }

    /** As the verb status does: within what is promised. */
    private void assertAnswered() throws IOException {
        long began = System.nanoTime();
        assertThat(new ControlClient(socket()).ask(Map.of("verb", "status")).has("asked"))
                .isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PROMISED);
    }

    private static int serverThreads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("nowake-(control|answer).*"))
                .count();
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void aThousandWhoSayNothing() throws Exception {
        long before = openDescriptors();
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                SocketChannel client = connect();
                silent.add(client);
                if (i % 2 == 0) {
                    client.write(ByteBuffer.wrap("{\"verb\":".getBytes(StandardCharsets.US_ASCII)));
                }
            }
            assertAnswered();
            assertThat(serverThreads() - threads).isLessThanOrEqualTo(5);
        } finally {
            for (SocketChannel client : silent) {
                client.close();
            }
        }
        await("no descriptor is left behind")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(openDescriptors()).isLessThan(before + 20));
    }

    @Test
    void thousandsWhoDoNotReadTheirAnswers() throws Exception {
        List<SocketChannel> deaf = new ArrayList<>();
        long before = heapBytes();
        try {
            for (int i = 0; i < 400; i++) {
                SocketChannel client = connect();
                client.write(ByteBuffer.wrap("{\"long\":1}\n".getBytes(StandardCharsets.US_ASCII)));
                deaf.add(client);
            }
            assertAnswered();
            // those that are being made are garbage in a moment
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(heapBytes() - before)
                            .as("answers nobody reads, 160 MB of them")
                            .isLessThan(200 * (long) LONG.length()));
        } finally {
            for (SocketChannel client : deaf) {
                client.close();
            }
        }
        assertAnswered();
    }

    private static long heapBytes() {
        System.gc();
        Runtime heap = Runtime.getRuntime();
        return heap.totalMemory() - heap.freeMemory();
    }

    /** Each of a few threads connects, sends something and goes, as fast as it can. */
    @Test
    void garbageWithoutEnd() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> floods = new ArrayList<>();
        try (ExecutorService flooding = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                Random random = new Random(i);
                floods.add(CompletableFuture.runAsync(() -> flood(random, over), flooding));
            }
            try {
                for (int i = 0; i < 20; i++) {
                    assertAnswered();
                }
                assertThat(serverThreads() - threads).isLessThanOrEqualTo(5);
            } finally {
                over.set(true); // else a failure would wait for them for ever
            }
            CompletableFuture.allOf(floods.toArray(CompletableFuture[]::new)).join();
        }
        assertAnswered();
    }

    private void flood(Random random, AtomicBoolean over) {
        byte[] junk = new byte[64 << 10];
        random.nextBytes(junk);
        while (!over.get()) {
            try (SocketChannel client = connect()) {
                ByteBuffer some = ByteBuffer.wrap(junk, 0, 1 + random.nextInt(junk.length - 1));
                while (some.hasRemaining() && !over.get()) {
                    client.write(some);
                }
            } catch (IOException cutOff) {
                Thread.onSpinWait();
            }
        }
    }

    /** A line of a gigabyte is cut off long before its end. */
    @Test
    void aLineWithoutEnd() throws Exception {
        ByteBuffer block = ByteBuffer.wrap("y".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII));
        long sent = 0;
        try (SocketChannel client = connect()) {
            while (sent < 1L << 30) {
                block.clear();
                sent += client.write(block);
            }
        } catch (IOException cutOff) {
            assertThat(sent).isLessThan(16 << 20);
        }
        assertThat(sent).isLessThan(1L << 30);
        assertAnswered();
    }

    /** Four answers that take long leave room for none: the next one comes when one of them is done. */
    @Test
    void slowAnswersAreWaitedFor() throws Exception {
        Path other = folder.resolve("slow");
        try (ControlServer slow = new ControlServer(other, request -> {
            try {
                Thread.sleep(request.containsKey("slow") ? 500 : 0);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            return Map.of("asked", request);
        })) {
            List<CompletableFuture<Boolean>> asked = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                asked.add(CompletableFuture.supplyAsync(() -> answers(other)));
            }
            assertThat(new ControlClient(other).ask(Map.of()).has("asked")).isTrue();
            assertThat(asked).allSatisfy(answer -> assertThat(answer.join()).isTrue());
            assertThat(slow).isNotNull();
        }
    }

    private static boolean answers(Path socket) {
        try {
            return new ControlClient(socket).ask(Map.of("slow", 1)).has("asked");
        } catch (IOException failed) {
            return false;
        }
    }
}
