package dev.nowake.agent.cli;

import dev.nowake.agent.config.ArgumentText;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says what is wrong with a policy before a daemon meets it. Every problem is one line, {@code file:line: message}. */
@Command(
        name = "check",
        description = "Checks a policy's syntax and declaration, and calls both hooks once for every kind of input.")
final class PolicyCheckVerb implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A policy's .js file, or a plugin's .jar.")
    private Path file;

    private final Invocation invocation;

    PolicyCheckVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        List<PolicyTrial.Result> results = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        try {
            for (PolicyUnit unit : PolicySource.open(file)) {
                try (WatchedCalls calls = new WatchedCalls(unit)) {
                    PolicyTrial.Result result = PolicyTrial.of(unit, calls);
                    results.add(result);
                    problems.addAll(result.problems());
                }
            }
        } catch (PolicyFailure unloadable) {
            problems.add(unloadable.getMessage());
        }
        if (invocation.json()) {
            writeJson(results, problems);
        } else if (problems.isEmpty()) {
            results.forEach(this::print);
        } else {
            problems.forEach(problem -> invocation.out().println(Line.of(problem)));
        }
        return problems.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(PolicyTrial.Result result) {
        invocation
                .out()
                .println(Line.of("policy " + result.name() + ", api " + result.api()
                        + (result.description().isEmpty() ? "" : ": " + result.description())));
        if (!result.arguments().isEmpty()) {
            TextTable table = new TextTable("argument", "type", "default");
            new TreeMap<>(result.arguments())
                    .forEach((name, argument) -> table.row(
                            Line.of(name),
                            Line.of(ArgumentText.type(argument)),
                            argument.isRequired()
                                    ? "(required)"
                                    : Line.of(ArgumentText.show(argument, argument.standard()))));
            table.print(invocation.out());
        }
        invocation.out().println("ok: " + result.calls() + " calls, " + result.steps() + " steps");
    }

    private void writeJson(List<PolicyTrial.Result> results, List<String> problems) {
        record Problem(String line) {}
        JsonOutput.write(
                invocation.out(),
                json -> json.path(file)
                        .flag("ok", problems.isEmpty())
                        .array(
                                "problems",
                                problems.stream().map(Problem::new).toList(),
                                problem -> json.text("message", problem.line()))
                        .array("policies", results, result -> write(json, result)));
    }

    private static void write(JsonOutput json, PolicyTrial.Result result) {
        json.text("name", result.name())
                .number("api", result.api())
                .text("description", result.description())
                .array("arguments", new TreeMap<>(result.arguments()).entrySet(), entry -> {
                    json.text("name", entry.getKey())
                            .text("type", ArgumentText.type(entry.getValue()))
                            .flag("required", entry.getValue().isRequired());
                    if (!entry.getValue().isRequired()) {
                        json.text("default", String.valueOf(entry.getValue().standard()));
                    }
                })
                .number("calls", result.calls())
                .number("steps", result.steps());
    }
}
