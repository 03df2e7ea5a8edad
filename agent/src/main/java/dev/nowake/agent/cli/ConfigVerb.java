package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.Glob;
import dev.nowake.agent.config.Match;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.identify.PathText;
import dev.nowake.policy.builtin.TraceSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a configuration file, or shows what it comes to. */
@Command(
        name = "config",
        description = "Checks the configuration file ('check'), or shows the rules in force with their lines ('show').")
final class ConfigVerb implements Callable<Integer> {
    /** What is to be done with the file. */
    enum Act {
        check,
        show
    }

    @Parameters(paramLabel = "check|show", description = "What to do.")
    private Act act;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "/etc/nowake/nowake.yaml",
            description = "The file (default: ${DEFAULT-VALUE}).")
    private String configFile;

    private final Invocation invocation;

    ConfigVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        Path file = RawArguments.path(configFile);
        Config config;
        try (PolicyRegistry policies = PolicyFolderOption.open(List.of(), file, TraceSource.NONE)) {
            invocation.warnAll(policies.problems());
            config = ConfigFile.read(file, PolicyFolderOption.known(policies));
        } catch (ConfigException wrong) {
            throw invocation.misconfigured(wrong);
        }
        List<Row> rows = rows(config);
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.text("mode", config.overallMode().label())
                            .array(
                                    "rules",
                                    act == Act.show ? rows : List.of(),
                                    row -> json.text("name", row.name())
                                            .text("where", row.where())
                                            .text("match", row.match())
                                            .text("mode", row.mode())
                                            .text("policy", row.policy())));
        } else if (act == Act.show) {
            TextTable table = new TextTable("RULE", "WHERE", "MATCH", "MODE", "POLICY");
            rows.forEach(row -> table.row(
                    Line.of(row.name()),
                    Line.of(row.where()),
                    Line.of(row.match()),
                    row.mode(),
                    Line.of(row.policy())));
            table.print(invocation.out());
        } else {
            invocation
                    .out()
                    .println("good: " + config.roots().size() + " roots, "
                            + config.rules().size() + " rules");
        }
        return ExitCode.DONE;
    }

    private record Row(String name, String where, String match, String mode, String policy) {}

    /** The rules in order, then the roots, which decide where no rule does. */
    private static List<Row> rows(Config config) {
        List<Row> rows = new ArrayList<>();
        for (Rule rule : config.rules()) {
            rows.add(new Row(
                    rule.name(),
                    rule.where(),
                    match(rule.match()),
                    rule.mode() == null ? "the root's" : rule.mode().label(),
                    policy(rule.policy(), rule.args())));
        }
        config.roots()
                .forEach(root -> rows.add(new Row(
                        "root " + PathText.of(root.path()),
                        "",
                        "path " + PathText.of(root.path()) + "/**",
                        root.mode().label(),
                        policy(root.policy(), root.args()))));
        return rows;
    }

    private static String policy(String name, Map<String, Object> args) {
        return args.isEmpty() ? name : name + " " + new TreeMap<>(args);
    }

    private static String match(Match match) {
        List<String> words = new ArrayList<>();
        match.paths().forEach(path -> words.add("path " + path));
        match.formats().forEach(format -> words.add("format " + format.label()));
        if (match.size() != null) {
            words.add("size " + match.size().text());
        }
        if (match.user() != null) {
            words.add("user " + match.user().name());
        }
        add(words, "command", match.command());
        add(words, "cgroup", match.cgroup());
        add(words, "pod", match.pod());
        add(words, "mount", match.mount());
        return words.isEmpty() ? "everything" : String.join(", ", words);
    }

    private static void add(List<String> words, String key, Glob pattern) {
        if (pattern != null) {
            words.add(key + " " + pattern);
        }
    }
}
