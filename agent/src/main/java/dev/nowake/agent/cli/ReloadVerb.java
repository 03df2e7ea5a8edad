package dev.nowake.agent.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** Has the running daemon read its configuration again, and waits until it has. */
@Command(
        name = "reload",
        description =
                "Has the running daemon read its configuration and policies again; one that is wrong changes nothing.")
final class ReloadVerb implements Callable<Integer> {
    private final Invocation invocation;

    ReloadVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        JsonNode answer = DaemonCall.asked(invocation, Map.of("verb", "reload"));
        while (!answer.path("done").asBoolean(true)) {
            answer = DaemonCall.asked(
                    invocation,
                    Map.of("verb", "reload", "number", answer.path("number").asLong()));
        }
        if (answer.path("errors").size() > 1) {
            answer.path("errors").forEach(error -> invocation.warn(error.asString()));
        }
        DaemonCall.answered(answer);
        if (invocation.json()) {
            invocation.out().println(answer);
        } else {
            print(answer);
        }
        return ExitCode.DONE;
    }

    private void print(JsonNode answer) {
        answer.path("changes").forEach(change -> invocation.out().println(Line.of(change.asString())));
        answer.path("atRestart")
                .forEach(
                        key -> invocation.out().println(Line.of(key.asString()) + " changed: taken at the next start"));
        answer.path("problems").forEach(problem -> invocation.warn(problem.asString()));
        if (answer.path("changes").isEmpty() && answer.path("atRestart").isEmpty()) {
            invocation.out().println("read again: nothing changed");
        }
    }
}
