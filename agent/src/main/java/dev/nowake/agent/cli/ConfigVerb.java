package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.ConfigSchema;
import dev.nowake.agent.config.Glob;
import dev.nowake.agent.config.KnownPolicies;
import dev.nowake.agent.config.LoadedConfig;
import dev.nowake.agent.config.Match;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.config.Setting;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.observe.Amounts;
import dev.nowake.policy.builtin.TraceSource;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a configuration, or shows what its files come to. */
@Command(
        name = "config",
        description =
                "Checks the configuration with its drop-ins ('check'), shows every value in force with where it came"
                        + " from ('show'), or prints a JSON Schema of it for editors ('schema').")
final class ConfigVerb implements Callable<Integer> {
    /** What is to be done with the files. */
    enum Act {
        check,
        show,
        schema
    }

    @Parameters(paramLabel = "check|show|schema", description = "What to do.")
    private Act act;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "/etc/nowake/nowake.yaml",
            description = "The file, read with the drop-ins in conf.d beside it (default: ${DEFAULT-VALUE}).")
    private String configFile;

    private final Invocation invocation;

    ConfigVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if (act == Act.schema) {
            invocation.out().print(ConfigSchema.text());
            return ExitCode.DONE;
        }
        Path file = RawArguments.path(configFile);
        LoadedConfig loaded;
        List<Setting> settings;
        try (PolicyRegistry registry = PolicyFolderOption.open(List.of(), file, TraceSource.NONE)) {
            invocation.warnAll(registry.problems());
            KnownPolicies policies = PolicyFolderOption.known(registry);
            loaded = ConfigFile.load(file, policies);
            settings = act == Act.show ? loaded.settings(policies) : List.of();
        } catch (ConfigException wrong) {
            throw invocation.misconfigured(wrong);
        }
        List<Row> rows = act == Act.show ? rows(loaded.config()) : List.of();
        if (invocation.json()) {
            json(loaded, settings, rows);
        } else if (act == Act.show) {
            show(loaded, settings, rows);
        } else {
            loaded.notes().forEach(note -> invocation.out().println("note: " + Line.of(note)));
            invocation
                    .out()
                    .println("good: " + Amounts.of(loaded.config().roots().size(), "root") + ", "
                            + Amounts.of(loaded.config().rules().size(), "rule") + files(loaded));
        }
        return ExitCode.DONE;
    }

    private static String files(LoadedConfig loaded) {
        int files = loaded.files().size();
        return files == 1 ? "" : ", from " + files + " files";
    }

    private void json(LoadedConfig loaded, List<Setting> settings, List<Row> rows) {
        JsonOutput.write(
                invocation.out(),
                json -> json.text("mode", loaded.config().overallMode().label())
                        .array("files", loaded.files(), json::path)
                        .array("notes", loaded.notes(), note -> json.text("note", note))
                        .array(
                                "settings",
                                settings.stream()
                                        .filter(setting -> setting.value() != null)
                                        .toList(),
                                setting -> json.text("key", setting.path())
                                        .text("value", setting.value())
                                        .text("source", setting.source()))
                        .array(
                                "rules",
                                rows,
                                row -> json.text("name", row.name())
                                        .text("where", row.where())
                                        .text("match", row.match())
                                        .text("mode", row.mode())
                                        .text("policy", row.policy())));
    }

    /** YAML that can be read again; what is for people alone stands in comments. */
    private void show(LoadedConfig loaded, List<Setting> settings, List<Row> rows) {
        loaded.files().forEach(each -> comment("read " + Invocation.show(each)));
        loaded.notes().forEach(this::comment);
        invocation.out().print(LoadedConfig.yaml(settings));
        invocation.out().println();
        comment("What is tried for a load, in this order:");
        TextTable table = new TextTable("RULE", "WHERE", "MATCH", "MODE", "POLICY");
        rows.forEach(row -> table.row(
                Line.of(row.name()), Line.of(row.where()), Line.of(row.match()), row.mode(), Line.of(row.policy())));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        table.print(new PrintStream(text, true, StandardCharsets.UTF_8));
        text.toString(StandardCharsets.UTF_8).lines().forEach(this::comment);
    }

    private void comment(String line) {
        invocation.out().println("# " + Line.of(line));
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
