package dev.nowake.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real browser without a screen, driven by WebDriver (chromedriver), with a profile of its own. */
public final class Browser implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final Path profile;
    private final String session;

    private Browser(Process driver, Path profile, int port, Path binary) throws Exception {
        this.driver = driver;
        this.profile = profile;
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add("--user-data-dir=" + profile);
        JsonNode answer = post(
                "http://127.0.0.1:" + port + "/session",
                Map.of(
                        "capabilities",
                        Map.of(
                                "alwaysMatch",
                                Map.of(
                                        "goog:chromeOptions",
                                        Map.of("binary", binary.toString(), "args", flags),
                                        "goog:loggingPrefs",
                                        Map.of("browser", "ALL", "performance", "ALL")))));
        session = "http://127.0.0.1:" + port + "/session/"
                + answer.path("sessionId").asString();
        cdp("Network.enable", Map.of());
    }

    /** Skips the test where there is none: Debian's packages are chromium and chromium-driver. */
    public static Browser start() throws Exception {
        Path binary = Path.of("/usr/bin/chromium");
        Path driver = Path.of("/usr/bin/chromedriver");
        Assumptions.assumeTrue(
                Files.isExecutable(binary) && Files.isExecutable(driver),
                "no browser here: apt install chromium chromium-driver");
        Process process = new ProcessBuilder(driver.toString(), "--port=0")
                .redirectErrorStream(true)
                .start();
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("started successfully on port")) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(rest -> {})); // it must never wait for us
                int port = Integer.parseInt(line.replaceAll(".*port (\\d+).*", "$1"));
                return new Browser(process, Files.createTempDirectory("nowake-browser-"), port, binary);
            }
        }
        throw new IOException("chromedriver did not start");
    }

    /** Opens a page at a width, as a phone or a desk has it. */
    public void open(Path page, int width, boolean dark) throws Exception {
        cdp(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", width < 500));
        cdp(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        post(session + "/url", Map.of("url", page.toUri().toString()));
    }

    public void scripts(boolean allowed) throws Exception {
        cdp("Emulation.setScriptExecutionDisabled", Map.of("value", !allowed));
    }

    /** The value of a function body. */
    public JsonNode run(String script, Object... arguments) throws Exception {
        return post(session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** The text of what a selector finds first. */
    public String text(String selector) throws Exception {
        return run("return document.querySelector(arguments[0])?.textContent", selector)
                .asString("");
    }

    /** Moves the mouse to a part of an element, from its left and upper edges. */
    public void point(String selector, double across, double down) throws Exception {
        JsonNode box = run(
                "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
                        + "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height];",
                selector);
        double x = box.path(0).asDouble() + across * box.path(2).asDouble();
        double y = box.path(1).asDouble() + down * box.path(3).asDouble();
        cdp("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** Presses a key that is no letter. */
    public void key(String key) throws Exception {
        int code = "Tab".equals(key) ? 9 : "ArrowRight".equals(key) ? 39 : 13;
        for (String type : List.of("keyDown", "keyUp")) {
            cdp("Input.dispatchKeyEvent", Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    /** What the browser complained of since the last call. */
    public List<String> complaints() throws Exception {
        List<String> messages = new ArrayList<>();
        post(session + "/se/log", Map.of("type", "browser"))
                .forEach(entry -> messages.add(entry.path("message").asString()));
        return messages;
    }

    /** Every address asked for since the last call. */
    public List<String> requests() throws Exception {
        List<String> addresses = new ArrayList<>();
        for (JsonNode entry : post(session + "/se/log", Map.of("type", "performance"))) {
            JsonNode message = JsonMapper.shared()
                    .readTree(entry.path("message").asString())
                    .path("message");
            if ("Network.requestWillBeSent".equals(message.path("method").asString())) {
                addresses.add(message.path("params").path("request").path("url").asString());
            }
        }
        return addresses;
    }

    /** The whole page as a picture, for eyes. */
    public void picture(Path file) throws Exception {
        JsonNode shot = cdp("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
        Files.write(file, Base64.getDecoder().decode(shot.path("data").asString()));
    }

    private JsonNode cdp(String command, Map<String, Object> parameters) throws Exception {
        return post(session + "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    private JsonNode post(String address, Map<String, Object> body) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(address))
                        .POST(HttpRequest.BodyPublishers.ofString(
                                JsonMapper.shared().writeValueAsString(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(response.body()).path("value");
    }

    @Override
    public void close() throws IOException {
        try {
            http.send(
                    HttpRequest.newBuilder(URI.create(session)).DELETE().build(),
                    HttpResponse.BodyHandlers.discarding());
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroy();
            driver.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
            http.close();
            delete(profile);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }
}
