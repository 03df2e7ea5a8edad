package dev.nowake.agent.metrics;

import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpRequest;
import io.prometheus.metrics.exporter.common.PrometheusHttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One request for metrics, between the JDK's server and the Prometheus library's handler. The library's own adapter logs what
 * goes wrong, and so would have every client that hangs up fill the log.
 */
final class Scrape implements PrometheusHttpExchange, PrometheusHttpRequest, PrometheusHttpResponse {
    private final HttpExchange exchange;

    Scrape(HttpExchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public PrometheusHttpRequest getRequest() {
        return this;
    }

    @Override
    public PrometheusHttpResponse getResponse() {
        return this;
    }

    @Override
    public String getQueryString() {
        return exchange.getRequestURI().getRawQuery();
    }

    @Override
    public String getRequestPath() {
        return exchange.getRequestURI().getPath();
    }

    @Override
    public String getMethod() {
        return exchange.getRequestMethod();
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        List<String> values = exchange.getRequestHeaders().getOrDefault(name, List.of());
        return Collections.enumeration(
                name.equalsIgnoreCase("Accept")
                        ? values.stream().map(Scrape::withoutProtobuf).toList()
                        : values);
    }

    /** The library would choose the binary format, whose classes are left out; whoever asks for it takes text as well. */
    private static String withoutProtobuf(String accept) {
        return Arrays.stream(accept.split(","))
                .filter(type -> !type.contains("protobuf"))
                .collect(Collectors.joining(","));
    }

    @Override
    public void setHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    @Override
    public OutputStream sendHeadersAndGetBody(int status, int lengthBytes) throws IOException {
        exchange.sendResponseHeaders(status, lengthBytes);
        return exchange.getResponseBody();
    }

    /** The client is gone. */
    @Override
    public void handleException(IOException gone) throws IOException {
        throw gone;
    }

    /** A request that makes no sense; the connection is closed. */
    @Override
    public void handleException(RuntimeException wrong) {
        throw wrong;
    }

    @Override
    public void close() {
        exchange.close();
    }
}
