package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.trace.ReplaySource;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The daemon in the foreground, as a service manager wants it. */
@Command(
        name = "run",
        description =
                "Watches model files being opened; prefetches and releases them with --enforce, else only observes.")
final class RunVerb implements Callable<Integer> {
    @Option(names = "--root", paramLabel = "DIR", arity = "1..*", description = "Folders to watch.")
    private List<String> roots = List.of();

    @Option(names = "--enforce", description = "Carry plans out. Without it everything is computed and logged only.")
    private boolean enforce;

    @Option(names = "--policy", paramLabel = "NAME", description = "Any policy there is (default: load-and-release).")
    private String policy;

    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description = "A folder of policies, *.js and *.jar; may be given more than once.")
    private List<String> policyFolders = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML configuration, read with the drop-ins in conf.d beside it; options win over it"
                    + " (default: /etc/nowake/nowake.yaml where no --root is given).")
    private String configFile;

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description = "Show metrics for Prometheus there, at /metrics; a port alone is 127.0.0.1.")
    private String metrics;

    private final Invocation invocation;

    RunVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, IOException, InterruptedException {
        List<Path> folders = roots.stream().map(RawArguments::path).toList();
        Path file = RunOptions.file(configFile, roots);
        ReplaySource traces = new ReplaySource();
        traces.tellProblems(invocation::warn);
        RunOptions options = new RunOptions(folders, enforce, policy, file, metrics);
        PolicyRegistry policies;
        Config config;
        try {
            policies = PolicyFolderOption.open(policyFolders, file, traces);
            invocation.warnAll(policies.problems());
            config = options.config(PolicyFolderOption.known(policies));
            traces.prepare(config.arguments());
        } catch (ConfigException wrong) {
            throw invocation.misconfigured(wrong);
        }
        String missing = invocation.kernel().features().whyMissing(Feature.FANOTIFY);
        if (missing != null) {
            throw cannotListen(missing);
        }
        try {
            new DaemonRun(invocation.kernel(), invocation.out(), invocation.err(), live -> {
                        Config again = PolicyFolderOption.again(live, policyFolders, file, traces, options::config);
                        traces.prepare(again.arguments());
                        return again;
                    })
                    .run(config, policies, invocation.stateDir(), invocation.socket(), metrics != null);
        } catch (KernelException failed) {
            if (failed.errno().equals(Errno.EPERM)) {
                throw cannotListen(failed.getMessage());
            }
            throw failed;
        } catch (IOException inUse) {
            throw new CliException(ExitCode.FAILED, "failed", inUse.getMessage(), inUse);
        }
        return ExitCode.DONE;
    }

    private static CliException cannotListen(String why) {
        boolean permission = why.contains("EPERM");
        return new CliException(
                permission ? ExitCode.NOT_PERMITTED : ExitCode.NOT_SUPPORTED,
                permission ? "not_permitted" : "not_supported",
                "cannot watch files being opened (" + why + "): "
                        + (permission ? "run as root, or grant CAP_SYS_ADMIN" : "this kernel has no fanotify"));
    }
}
