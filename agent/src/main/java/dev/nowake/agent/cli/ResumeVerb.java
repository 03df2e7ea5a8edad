package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Ends a pause. */
@Command(name = "resume", description = "Ends a pause of the running daemon; what it withheld is done now.")
final class ResumeVerb implements Callable<Integer> {
    private final Invocation invocation;

    ResumeVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        new Told(invocation, "resume").say(answer -> {
            String done = answer.path("wasPaused").asBoolean() ? "resumed" : "nothing was paused";
            return answer.path("disabled").asBoolean()
                    ? done + "; still disabled: remove "
                            + Line.of(answer.path("disableFile").asString(""))
                    : done;
        });
        return ExitCode.DONE;
    }
}
