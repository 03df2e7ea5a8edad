package dev.nowake.agent.cli;

import dev.nowake.kernel.proc.MemInfo;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Brings files into page cache and waits until they are there. */
@Command(
        name = "prefetch",
        description =
                "Brings model files into page cache and checks that they are there. Exit code 3 when under 99 %% are.")
final class PrefetchVerb implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, or folders searched for model files.")
    private List<String> paths;

    private final Invocation invocation;

    PrefetchVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        Targets targets = Targets.find(invocation, paths);
        PrefetchRun run = PrefetchRun.of(invocation, targets.files());
        PrefetchReport report = run.run();
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), report::write);
        } else {
            report.print(invocation.out());
        }
        if (report.isDone()) {
            return ExitCode.DONE;
        }
        invocation.warn(report.advice(MemInfo.read().availableBytes()));
        return ExitCode.PARTLY_DONE;
    }
}
