package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a keep. */
@Command(
        name = "unkeep",
        description =
                "Leaves a model to its policy again. What would have been dropped meanwhile is dropped now, unless"
                        + " somebody reads it.")
final class UnkeepVerb implements Callable<Integer> {
    @Parameters(
            paramLabel = "PATH|MODEL",
            arity = "0..1",
            description = "A model file, a folder of some, or a model's name.")
    private String target;

    @Option(names = "--all", description = "Every model that is kept.")
    private boolean all;

    private final Invocation invocation;

    UnkeepVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if (all == (target != null)) {
            throw CliException.usage("unkeep takes either a path or a model's name, or --all");
        }
        Told told = new Told(invocation, "unkeep");
        (all ? told.with("all", true) : told.about(target))
                .say(answer -> answer.path("unkept").isEmpty()
                        ? "nothing was kept"
                        : "kept no more: " + SwitchText.names(answer.path("unkept")));
        return ExitCode.DONE;
    }
}
