package dev.nowake.agent.manual;

import dev.nowake.agent.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;

/** {@code Manual DOCS DATE DIR} writes manual pages and completions into DIR; DOCS is the project's, DATE the pages' date. */
public final class Manual {
    /** What an installation has where. */
    static final Map<String, String> FILES = new LinkedHashMap<>();

    static {
        FILES.put("/etc/nowake/nowake.yaml", "the configuration, see nowake.yaml(5)");
        FILES.put("/etc/nowake/conf.d/*.yaml", "read after it, in the order of their names");
        FILES.put("/etc/nowake/policies", "for policies of one's own; root's, and nobody else may write here");
        FILES.put(
                "/var/lib/nowake", "what the daemon keeps: journal.jsonl, older journals and its memory of past loads");
        FILES.put("/run/nowake/nowake.sock", "the daemon's control socket; members of the group nowake may ask it");
        FILES.put("/run/nowake/disable", "while this file exists nothing is prefetched or evicted");
    }

    private Manual() {}

    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]));
    }

    /** The whole manual into {@code folder}, which is made. */
    static void write(Path documents, String date, Path folder) throws IOException {
        CommandLine program = Main.described();
        String source = program.getCommandSpec().version()[0];
        VerbPage pages = new VerbPage(date, source);
        Path verbs = Files.createDirectories(folder.resolve("man1"));
        Files.writeString(verbs.resolve("nowake.1"), pages.program(program));
        for (Map.Entry<String, CommandLine> verb : program.getSubcommands().entrySet()) {
            String page = pages.verb(verb.getKey(), verb.getValue());
            Files.writeString(verbs.resolve("nowake-" + verb.getKey() + ".1"), page);
        }
        Path formats = Files.createDirectories(folder.resolve("man5"));
        Roff configuration = new Roff("NOWAKE.YAML", 5, date, source)
                .section("NAME")
                .line("nowake.yaml - what nowake watches, and what it does for which model");
        List<String> lines = new ArrayList<>(Files.readAllLines(documents.resolve("configuration.md")));
        lines.add("## Reference");
        lines.addAll(Files.readAllLines(documents.resolve("configuration-reference.md")));
        Files.writeString(formats.resolve("nowake.yaml.5"), DocumentPage.of(configuration, lines));
        Files.writeString(folder.resolve("nowake.bash"), AutoComplete.bash("nowake", program));
        Files.writeString(folder.resolve("nowake.zsh"), ZSH);
    }

    /** Zsh's completion by way of bash's. */
    private static final String ZSH = """
            #compdef nowake
            autoload -U +X bashcompinit && bashcompinit
            source /usr/share/bash-completion/completions/nowake
            _bash_complete -o default -F _complete_nowake
            """;
}
