package dev.nowake.agent.cli;

import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.control.ControlException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Loads, memory and mounts, drawn anew every second. */
@Command(
        name = "top",
        description = "Shows loads, memory, pressure and mounts, and draws them anew every second; q quits."
                + " Without a daemon it shows the host.")
final class TopVerb implements Callable<Integer> {
    /** Between the two looks of a single frame: rates need two. */
    private static final long ONCE_MILLIS = 250;

    /** Less than a frame is shown for: a daemon that hangs must not freeze what is seen of the host. */
    private static final long ASK_MILLIS = 2500;

    private static final int PIPE_WIDTH = 80;
    private static final int PIPE_HEIGHT = 200;

    @Option(names = "--once", description = "Prints one frame and ends.")
    private boolean once;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = SpanConverter.class,
            description = "Between two frames (default: 1s).")
    private Duration interval;

    private final Invocation invocation;

    TopVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, InterruptedException {
        HostLook first = HostLook.now(Path.of("/"));
        if (once || invocation.json()) {
            printOnce(first);
            return ExitCode.DONE;
        }
        return new LiveTerminal(interval.toMillis()).show(new Frames(first)::next);
    }

    private void printOnce(HostLook first) throws InterruptedException {
        Answer answer = ask();
        Thread.sleep(ONCE_MILLIS);
        HostLook now = HostLook.now(Path.of("/"));
        if (invocation.json()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("host", now.document(first));
            document.put("daemon", answer.status());
            document.put("problem", answer.silence());
            invocation.out().println(JsonMapper.shared().writeValueAsString(document));
        } else {
            TopFrame.of(now, first, answer.status(), answer.silence(), PIPE_WIDTH, PIPE_HEIGHT)
                    .forEach(invocation.out()::println);
        }
        invocation.out().flush();
    }

    /** {@code status}: null where {@code silence} says why there is none. */
    private record Answer(JsonNode status, String silence) {}

    private Answer ask() {
        try {
            JsonNode status = new ControlClient(invocation.socket(), ASK_MILLIS).ask(Map.of("verb", "status"));
            return status.has("error")
                    ? new Answer(null, status.path("error").path("message").asString("the daemon says no"))
                    : new Answer(status, null);
        } catch (ControlException unheard) {
            return new Answer(null, unheard.getMessage());
        }
    }

    /** One after the other, each with the rates since the one before. */
    private final class Frames {
        private HostLook before;

        Frames(HostLook first) {
            before = first;
        }

        List<String> next(int width, int height) {
            Answer answer = ask();
            HostLook now = HostLook.now(Path.of("/"));
            List<String> lines = TopFrame.of(now, before, answer.status(), answer.silence(), width, height);
            before = now;
            return lines;
        }
    }
}
