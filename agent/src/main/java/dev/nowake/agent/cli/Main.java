package dev.nowake.agent.cli;

import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.MappingFinder;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program. */
public final class Main {
    private final Function<Binding, Kernel> kernels;
    private final MappingFinder mappings;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean errIsTerminal;

    /** For tests and for embedding: any kernel, any streams. */
    public Main(
            Function<Binding, Kernel> kernels,
            MappingFinder mappings,
            PrintStream out,
            PrintStream err,
            boolean errIsTerminal) {
        this.kernels = kernels;
        this.mappings = mappings;
        this.out = out;
        this.err = err;
        this.errIsTerminal = errIsTerminal;
    }

    public static void main(String[] arguments) {
        RawArguments.learn(arguments);
        Main main = new Main(LinuxKernel::open, new HostMappings(), System.out, System.err, isTerminal(2));
        System.exit(main.run(arguments));
    }

    /** Runs one verb on the calling thread and returns its exit code; never throws. */
    public int run(String... arguments) {
        Invocation invocation = new Invocation(kernels, mappings, out, err, errIsTerminal);
        CommandLine line = commandLine(invocation, arguments);
        line.setExpandAtFiles(false);
        line.setOut(new java.io.PrintWriter(out, true));
        line.setErr(new java.io.PrintWriter(err, true));
        line.setParameterExceptionHandler((failure, given) -> misused(failure, given, arguments));
        line.setExecutionExceptionHandler((failure, command, result) -> failed(invocation, failure));
        line.setExecutionStrategy(Main::runVerb);
        return line.execute(arguments);
    }

    /** Every verb with all its options, to be described and not to be run. */
    public static CommandLine described() {
        return commandLine(new Invocation(LinuxKernel::open, new HostMappings(), System.out, System.err, false));
    }

    private static CommandLine commandLine(Invocation invocation, String... arguments) {
        CommandLine line = new CommandLine(invocation);
        Verbs.mentionedIn(arguments).forEach((name, verb) -> line.addSubcommand(name, verb.apply(invocation)));
        if (line.getSubcommands().get("policy") instanceof CommandLine policy) {
            PolicyVerb.addTo(policy, invocation);
        }
        return line;
    }

    private static int runVerb(ParseResult result) {
        if (!result.hasSubcommand() && !result.isUsageHelpRequested() && !result.isVersionHelpRequested()) {
            throw new ParameterException(result.commandSpec().commandLine(), "which verb?");
        }
        return new CommandLine.RunLast().execute(result);
    }

    private int failed(Invocation invocation, Exception failure) {
        CliException known = failure instanceof CliException cli ? cli : unexpected(failure);
        if (invocation.debug()) {
            failure.printStackTrace(err);
        }
        report(known, invocation.json());
        return known.exitCode();
    }

    private static CliException unexpected(Exception failure) {
        String what = failure instanceof IOException && failure.getMessage() != null
                ? failure.getMessage()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return new CliException(ExitCode.FAILED, "failed", what + " (--debug shows where; this may be a bug)", failure);
    }

    private int misused(ParameterException failure, String[] given, String[] arguments) {
        String name = failure.getCommandLine().getCommandSpec().qualifiedName();
        String hint = failure instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream()
                        .findFirst()
                        .map(s -> "; did you mean '" + s + "'?")
                        .orElse("")
                : "";
        boolean verb = failure instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && failure.getCommandLine().getParent() == null;
        String what = verb
                ? "no verb '"
                        + ((UnmatchedArgumentException) failure).getUnmatched().getFirst() + "'"
                : failure.getMessage();
        report(CliException.usage(what + hint + "; see " + name + " --help"), wantsJson(arguments));
        return ExitCode.USAGE;
    }

    private void report(CliException failure, boolean json) {
        String message = Line.of(String.valueOf(failure.getMessage()));
        err.println("nowake: " + message);
        err.flush();
        if (json) {
            JsonOutput.error(out, failure.code(), message);
        }
    }

    /** The parser failed, so its options cannot be trusted: looks for the one that matters here. */
    private static boolean wantsJson(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            boolean next = i + 1 < arguments.length && arguments[i + 1].equals("json");
            if (arguments[i].equals("--output=json") || arguments[i].equals("--output") && next) {
                return true;
            }
        }
        return false;
    }

    static boolean isTerminal(int descriptor) {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
