package dev.nowake.agent.cli;

import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.execute.MappingFinder;
import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** One call of the command line: the options every verb takes, before or after its name, and what verbs work with. */
@Command(
        name = "nowake",
        description = "Loads models at the speed of the disk and gives the memory back.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        sortOptions = false,
        synopsisSubcommandLabel = "VERB",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:usage", "3:partly done", "4:not permitted", "5:not supported here"})
public final class Invocation {
    private static final Path DEFAULT_SOCKET = Path.of("/run/nowake/nowake.sock");
    private static final Path DEFAULT_STATE_DIR = Path.of("/var/lib/nowake");

    @Option(
            names = "--output",
            scope = ScopeType.INHERIT,
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to print the result (default: table).")
    private OutputFormat output;

    @Option(
            names = "--socket",
            scope = ScopeType.INHERIT,
            paramLabel = "PATH",
            description = "The daemon's control socket (default: nowake.sock in a --state-dir that was given,"
                    + " else /run/nowake/nowake.sock).")
    private Path socket;

    @Option(
            names = "--state-dir",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "Where journal and state are kept (default: /var/lib/nowake).")
    private Path stateDir;

    @Option(
            names = "--binding",
            scope = ScopeType.INHERIT,
            paramLabel = "ffm|jnr",
            converter = BindingName.class,
            description = "How to call the kernel (default: ffm, or jnr where the JVM denies it).")
    private Binding binding = Binding.AUTO;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            hidden = true,
            description = "Prints the stack trace of a failure to stderr.")
    private boolean debug;

    private final Function<Binding, Kernel> opener;
    private final MappingFinder mappings;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean errIsTerminal;
    private Kernel kernel;

    Invocation(
            Function<Binding, Kernel> opener,
            MappingFinder mappings,
            PrintStream out,
            PrintStream err,
            boolean errIsTerminal) {
        this.opener = opener;
        this.mappings = mappings;
        this.out = out;
        this.err = err;
        this.errIsTerminal = errIsTerminal;
    }

    /** The kernel, opened at the first call. */
    public Kernel kernel() throws CliException {
        if (kernel == null) {
            try {
                kernel = opener.apply(binding);
            } catch (UnsupportedOperationException e) {
                throw new CliException(ExitCode.NOT_SUPPORTED, "not_supported", e.getMessage(), e);
            }
        }
        return kernel;
    }

    /** Who maps a file, on the host the kernel belongs to. */
    MappingFinder mappings() {
        return mappings;
    }

    public boolean json() {
        return output == OutputFormat.json;
    }

    public Path socket() {
        if (socket != null) {
            return socket;
        }
        return stateDir != null ? stateDir.resolve("nowake.sock") : DEFAULT_SOCKET;
    }

    public Path stateDir() {
        return stateDir != null ? stateDir : DEFAULT_STATE_DIR;
    }

    public boolean debug() {
        return debug;
    }

    /** For the result and nothing else. */
    public PrintStream out() {
        return out;
    }

    public PrintStream err() {
        return err;
    }

    /** Whether a person watches stderr: progress may be drawn there. */
    public boolean errIsTerminal() {
        return errIsTerminal;
    }

    /** One line beside the result. */
    public void warn(String message) {
        err.println("nowake: " + Line.of(message));
    }

    void warnAll(List<String> messages) {
        messages.forEach(this::warn);
    }

    /** Every error of a configuration on a line of its own, and what to throw then. */
    CliException misconfigured(ConfigException wrong) {
        List<String> errors = wrong.getMessage().lines().toList();
        if (errors.size() == 1) {
            return CliException.usage(errors.getFirst());
        }
        warnAll(errors);
        return CliException.usage(errors.size() + " errors in the configuration, the first is " + errors.getFirst());
    }

    /** A path's name as a table shows it. */
    static String show(Path path) {
        return Line.of(PathText.of(path));
    }
}
