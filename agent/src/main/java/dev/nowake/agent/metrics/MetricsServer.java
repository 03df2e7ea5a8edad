package dev.nowake.agent.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.nowake.agent.config.ListenAddress;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shows metrics at {@code /metrics}. Whoever may connect may be hostile: connections, threads, time and the length of a
 * request are bounded, and what is over is closed without an answer.
 */
final class MetricsServer implements AutoCloseable {
    /** A scraper or two and a person at a time. A client that dribbles holds one until its time is over. */
    private static final int MOST_THREADS = 4;

    private static final int WAITING_CONNECTIONS = 16;

    private static final String PATH = "/metrics";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PAGE = "<!doctype html><title>nowake</title><a href=\"/metrics\">metrics</a>\n";

    // of the JDK's server, for the whole JVM, read when it is first used; what an operator has set stays
    static {
        limit("jdk.httpserver.maxConnections", "32");
        limit("sun.net.httpserver.maxIdleConnections", "8");
        limit("sun.net.httpserver.idleInterval", "20"); // s; a scraper that keeps its connection asks every 15
        limit("sun.net.httpserver.maxReqTime", "5"); // s
        limit("sun.net.httpserver.maxRspTime", "10"); // s
        limit("sun.net.httpserver.timerMillis", "2500"); // how often it looks whose time is over
        limit("sun.net.httpserver.maxReqHeaders", "64");
        limit("sun.net.httpserver.maxReqHeaderSize", "16384"); // bytes
        limit("sun.net.httpserver.nodelay", "true");
    }

    private final ListenAddress address;
    private final PrometheusScrapeHandler metrics;
    private final HttpServer server;
    private final ThreadPoolExecutor threads;

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Listens from now on. Throws with one line: the address is in use, or not this host's. */
    MetricsServer(ListenAddress address, Exposition exposition) throws IOException {
        this.address = address;
        PrometheusRegistry registry = new PrometheusRegistry();
        registry.register(exposition);
        metrics = new PrometheusScrapeHandler(registry);
        try {
            server = HttpServer.create(address.socket(), WAITING_CONNECTIONS);
        } catch (IOException inUse) {
            throw new IOException(
                    "cannot show metrics at " + address + " (" + inUse.getMessage()
                            + "): give another port, in metrics.listen or with --metrics",
                    inUse);
        }
        server.createContext("/", this::handle);
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                0,
                MOST_THREADS,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> Thread.ofPlatform()
                        .name("nowake-metrics-" + number.incrementAndGet())
                        .daemon()
                        .unstarted(task));
        server.setExecutor(threads);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (refuses(exchange)) {
                return;
            }
            switch (String.valueOf(exchange.getRequestURI().getPath())) {
                case PATH -> metrics.handleRequest(new Scrape(exchange));
                case "/" -> answer(exchange, 200, "text/html; charset=utf-8", PAGE);
                default -> answer(exchange, 404, TEXT, "only /metrics is here\n");
            }
        }
    }

    private boolean refuses(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET");
            answer(exchange, 405, TEXT, "metrics are read with GET\n");
            return true;
        }
        if (address.isLoopback() && !isOfThisHost(exchange.getRequestHeaders().getFirst("Host"))) {
            answer(exchange, 403, TEXT, "ask by address, as 127.0.0.1, or as localhost\n");
            return true;
        }
        return false;
    }

    /**
     * A page in a browser on this host may ask a name of its own that leads to 127.0.0.1, and read the answer as its own. It
     * cannot have another name in the request than the one it asked.
     */
    private static boolean isOfThisHost(String host) {
        return host == null || host.matches("(?i)localhost(:\\d+)?|[0-9.]+(:\\d+)?|\\[[0-9a-f:.%]+](:\\d+)?");
    }

    private static void answer(HttpExchange exchange, int code, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code, -1);
        } else {
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Where it listens, with the port the kernel chose. */
    InetSocketAddress socket() {
        return server.getAddress();
    }

    /** At once: an answer on its way may be cut. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
