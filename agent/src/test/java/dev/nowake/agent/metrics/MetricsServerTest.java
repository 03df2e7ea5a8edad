package dev.nowake.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MetricsSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsServerTest {
    /** Requests are cut after 5 s; a busy host may be late. */
    private static final Duration CUT = Duration.ofSeconds(30);

    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final Metrics metrics = new Metrics(new QuietDaemon(), problems::add);
    private InetSocketAddress address;

    @BeforeEach
    void listen() {
        metrics.apply(new MetricsSettings("0", null, false));
        address = metrics.address();
        assertThat(problems).isEmpty();
    }

    @AfterEach
    void end() {
        metrics.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private byte[] bytes(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try (InputStream in = socket.getInputStream()) {
                in.transferTo(answer);
            } catch (SocketException cut) {
                return answer.toByteArray();
            }
            return answer.toByteArray();
        }
    }

    private String ask(String requestLine, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(requestLine).append(" HTTP/1.1\r\nConnection: close\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return new String(bytes(request.append("\r\n").toString()), StandardCharsets.UTF_8);
    }

    private void answers() {
        await().atMost(CUT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(ask("GET /metrics", "Host: localhost"))
                        .startsWith("HTTP/1.1 200 ")
                        .contains("\nnowake_ready 1.0\n"));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("nowake-metrics"))
                .toList();
    }

    @Test
    void itListensForThisHostAloneUnlessToldOtherwise() {
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
        answers();
    }

    @Test
    void theFormatIsWhatTheScraperAsksFor() throws Exception {
        String accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
        assertThat(ask("GET /metrics", "Host: localhost"))
                .containsIgnoringCase("content-type: text/plain; version=0.0.4")
                .contains("# TYPE nowake_loads_total counter");
        assertThat(ask("GET /metrics", "Host: localhost", accept))
                .containsIgnoringCase("content-type: application/openmetrics-text; version=1.0.0")
                .contains("# UNIT nowake_evicted_bytes bytes\n", "# TYPE nowake_loads counter\n")
                .endsWith("# EOF\n");
        assertThat(ask("GET /metrics?name[]=nowake_ready", "Host: localhost"))
                .contains("nowake_ready 1.0")
                .doesNotContain("nowake_loads");
        // whoever prefers the binary format takes text as well
        assertThat(ask(
                        "GET /metrics",
                        "Host: localhost",
                        "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
                                + "q=0.7,text/plain;q=0.3"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\nnowake_ready 1.0\n");
    }

    @Test
    void itIsCompressedForThoseWhoTakeThat() throws Exception {
        byte[] answer =
                bytes("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n");
        String head = new String(answer, StandardCharsets.ISO_8859_1);
        assertThat(head).containsIgnoringCase("content-encoding: gzip");
        assertThat(answer.length).as("20,000 bytes of text").isLessThan(8000);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /, 200",
        "GET /metrics, 200",
        "GET /metrics/, 404",
        "GET /metrics/x, 404",
        "GET /-/healthy, 404",
        "GET /../etc/passwd, 404",
        "POST /metrics, 405",
        "DELETE /, 405",
        "HEAD /metrics, 405",
        "TRACE /metrics, 405",
    })
    void nothingElseIsThere(String request, int code) throws Exception {
        assertThat(ask(request, "Host: 127.0.0.1:9469")).startsWith("HTTP/1.1 " + code + " ");
    }

    /** A page that has its own name resolve to 127.0.0.1 cannot but ask by that name. */
    @ParameterizedTest
    @CsvSource({
        "evil.example, 403",
        "evil.example:9469, 403",
        "localhost.evil.example, 403",
        "127.0.0.1.evil.example, 403",
        "localhost, 200",
        "LocalHost:9469, 200",
        "127.0.0.1, 200",
        "[::1]:9469, 200",
    })
    void namesOfOthersAreRefused(String host, int code) throws Exception {
        assertThat(ask("GET /metrics", "Host: " + host)).startsWith("HTTP/1.1 " + code + " ");
    }

    @Test
    void clientsThatDribbleAreCut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = connect();
                slow.add(socket);
                try {
                    socket.getOutputStream()
                            .write("GET /metrics HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.UTF_8));
                } catch (SocketException refused) {
                    assertThat(refused).isNotNull(); // all threads are taken: closed at once
                }
            }
            assertThat(threads()).hasSizeLessThanOrEqualTo(4);
            answers();
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aThousandConnectionsTakeNoMoreThanTheirShare() throws Exception {
        List<Socket> many = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                Socket socket = new Socket();
                many.add(socket);
                try {
                    socket.connect(address, 200);
                } catch (IOException full) {
                    socket.close(); // the queue of the kernel is full as well
                    break;
                }
            }
            assertThat(threads()).hasSizeLessThanOrEqualTo(4);
            await().atMost(CUT).untilAsserted(() -> assertThat(established()).isLessThanOrEqualTo(32 + 17));
        } finally {
            for (Socket socket : many) {
                socket.close();
            }
        }
        answers();
    }

    /** Connections of the server's side, accepted or waiting for that. */
    private long established() throws IOException {
        String local = ":%04X ".formatted(address.getPort());
        return java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/net/tcp")).stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length > 3 && (words[1] + " ").endsWith(local) && words[3].equals("01"))
                .count();
    }

    @Test
    void giantAndGarbledRequestsAreCut() throws Exception {
        String many = "X-Header: " + "a".repeat(200) + "\r\n";
        for (String request : List.of(
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(1 << 20) + "\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + many.repeat(500) + "\r\n",
                "GET /" + "a".repeat(1 << 20) + " HTTP/1.1\r\n\r\n",
                "\u0000\u0001\u0002\r\n\r\n",
                "GET\r\n\r\n",
                "GET http://[ HTTP/1.1\r\n\r\n",
                "GET /metrics HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
            try {
                assertThat(new String(bytes(request), StandardCharsets.ISO_8859_1))
                        .doesNotContain("200 OK");
            } catch (SocketException cut) {
                assertThat(cut).isNotNull();
            }
        }
        bytes("GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n");
        bytes("GET /metrics?name[]=%zz&name[]= HTTP/1.1\r\nHost: localhost\r\nAccept: \u00ff;;q=x\r\n\r\n");
        answers();
    }

    @Test
    void noiseDoesNotEndIt() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[random.nextInt(4000)];
            random.nextBytes(noise);
            try (Socket socket = connect()) {
                socket.getOutputStream().write(noise);
            } catch (SocketException cut) {
                assertThat(cut).isNotNull();
            }
        }
        answers();
        assertThat(problems).isEmpty();
    }

    @Test
    void anAddressInUseIsOneLineAndTriedAgain() throws Exception {
        try (Metrics other = new Metrics(new QuietDaemon(), problems::add)) {
            MetricsSettings settings;
            try (ServerSocket taken = new ServerSocket(0, 1, address.getAddress())) {
                settings = new MetricsSettings("127.0.0.1:" + taken.getLocalPort(), null, false);
                assertThatThrownBy(() -> other.require(settings)).isInstanceOf(IOException.class);
                other.apply(settings);
                assertThat(problems)
                        .singleElement()
                        .asString()
                        .contains("cannot show metrics at " + settings.listen())
                        .contains("in use")
                        .contains("--metrics")
                        .doesNotContain("\n");
                assertThat(other.address()).isNull();
            }
            other.apply(settings);
            assertThat(other.address()).isNotNull();
            assertThat(problems).hasSize(1);
        }
    }

    @Test
    void whatIsAppliedAgainGoesOnAndWhatIsChangedMoves() throws Exception {
        metrics.apply(new MetricsSettings("0", null, false));
        assertThat(metrics.address()).isEqualTo(address);
        metrics.apply(new MetricsSettings("127.0.0.1:0", null, false));
        assertThat(metrics.address()).isNotEqualTo(address);
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        address = metrics.address();
        answers();
        metrics.apply(MetricsSettings.NONE);
        assertThat(metrics.address()).isNull();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }
}
