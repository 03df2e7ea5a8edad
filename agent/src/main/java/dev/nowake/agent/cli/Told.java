package dev.nowake.agent.cli;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Something the daemon is told to do: the request, and what is shown of its answer. */
final class Told {
    private final Map<String, Object> request = new LinkedHashMap<>();
    private final Invocation invocation;

    Told(Invocation invocation, String verb) {
        this.invocation = invocation;
        request.put("verb", verb);
    }

    Told with(String field, Object value) {
        if (value != null) {
            request.put(field, value);
        }
        return this;
    }

    /** {@code length}: null for none. */
    Told forTime(Duration length) {
        return with("forSeconds", length == null ? null : length.toSeconds());
    }

    /** A name, or a path: where something is there, its resolved path goes along. */
    Told about(String target) {
        with("target", target);
        try {
            Path real = RawArguments.path(target).toRealPath();
            return with("pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(real)));
        } catch (IOException | InvalidPathException nothingThere) {
            return this; // then it is a name
        }
    }

    JsonNode ask() throws CliException {
        return DaemonCall.ask(invocation, request);
    }

    /** {@code line}: what people are shown; programs get the answer itself. */
    void say(java.util.function.Function<JsonNode, String> line) throws CliException {
        JsonNode answer = ask();
        invocation.out().println(invocation.json() ? answer.toString() : line.apply(answer));
        invocation.out().flush();
    }
}
