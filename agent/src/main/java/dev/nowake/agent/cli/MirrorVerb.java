package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What is here of a mirror's files, and why not more. */
@Command(
        name = "mirror",
        description = "Asks the running daemon which files of a mirror are here, which are being brought, and why"
                + " something does not come.")
final class MirrorVerb implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME|PATH",
            arity = "0..1",
            description = "A mirror, or a file or folder of one, here or on the remote (default: all mirrors).")
    private String target;

    private final Invocation invocation;

    MirrorVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        Told question = new Told(invocation, "mirror-files");
        if (target != null) {
            question.about(target).with("target", text());
        }
        JsonNode answer = question.ask();
        if (invocation.json()) {
            invocation.out().println(answer);
        } else {
            answer.path("mirrors").forEach(this::print);
        }
        invocation.out().flush();
        return ExitCode.DONE;
    }

    /** A path as the daemon can compare it: what is asked for may not be there. */
    private String text() {
        return target.contains("/") ? RawArguments.path(target).toAbsolutePath().toString() : target;
    }

    private void print(JsonNode mirror) {
        String name = Line.of(mirror.path("name").asString("?"));
        if (!mirror.path("served").asBoolean()) {
            invocation.out().println("mirror " + name + ": " + MirrorTable.notServed(mirror));
            return;
        }
        invocation
                .out()
                .println("mirror " + name + ": "
                        + Line.of(mirror.path("local").asString("?") + " <- "
                                + mirror.path("remote").asString("?")));
        TextTable table = new TextTable("STATE", ">HERE", ">OF", ">WAITING", "FILE", "");
        for (JsonNode file : mirror.path("files")) {
            table.row(
                    Line.of(file.path("state").asString("?")),
                    Sizes.of(file.path("hereBytes")),
                    Sizes.of(file.path("sizeBytes")),
                    file.path("waitingReaders").asString("?"),
                    Line.of(file.path("path").asString("?")),
                    Line.of(file.path("reason").asString("")));
        }
        if (mirror.path("files").isEmpty()) {
            invocation.out().println("no such file is shown; one that is new on the remote comes with the next look");
        } else {
            table.print(invocation.out());
        }
        if (mirror.path("remoteTrouble").isString()) {
            invocation
                    .out()
                    .println("remote: " + Line.of(mirror.path("remoteTrouble").asString()));
        }
        long more = mirror.path("moreFiles").asLong();
        if (more > 0) {
            invocation.out().println("and " + more + " more files: name a folder to see those below it");
        }
        mirror.path("notShown")
                .forEach(line -> invocation.out().println("not shown, or told of: " + Line.of(line.asString(""))));
    }
}
