package dev.nowake.agent.manual;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The pages of the program and of its verbs, from what they declare to the parser. */
final class VerbPage {
    /** Wider than any synopsis: how lines are broken is the reader's terminal's business. */
    private static final int ONE_LINE = 1000;

    private final String date;
    private final String source;

    VerbPage(String date, String source) {
        this.date = date;
        this.source = source;
    }

    /** nowake(1): the verbs, the options all of them take, exit codes and files. */
    String program(CommandLine program) {
        CommandSpec spec = program.getCommandSpec();
        Roff page = new Roff("NOWAKE", 1, date, source).section("NAME").line("nowake - " + summary(spec));
        page.section("SYNOPSIS").line("`nowake` VERB [OPTION...] [ARGUMENT...]");
        page.section("DESCRIPTION");
        page.line(
                "A host daemon sees model files being opened, prefetches them into page cache in the order they are read,");
        page.line(
                "and drops the pages when the last reader has gone. `nowake run` is the daemon, which nowake.service starts;");
        page.line("the other verbs ask it, or work without it.");
        page.line(
                "In mode observe, which an installation begins with, everything is computed and logged and nothing is touched.");
        page.section("VERBS");
        program.getSubcommands()
                .forEach((name, verb) -> page.tagged("nowake-" + name + "(1)", description(verb.getCommandSpec())));
        page.section("OPTIONS").line("Every verb takes these, before or after its name.");
        options(page, spec, true);
        page.section("EXIT STATUS");
        spec.usageMessage().exitCodeList().forEach(page::tagged);
        page.section("FILES");
        Manual.FILES.forEach(page::tagged);
        page.section("SEE ALSO");
        page.line("nowake.yaml(5), systemctl(1), journalctl(1); the documents in /usr/share/doc/nowake");
        return page.toString();
    }

    /** nowake-VERB(1), with the verb's own verbs as sections. */
    String verb(String name, CommandLine verb) {
        CommandSpec spec = verb.getCommandSpec();
        String title = "nowake-" + name;
        List<String> synopses = verb.getSubcommands().isEmpty()
                ? List.of(synopsis(verb))
                : verb.getSubcommands().values().stream()
                        .map(VerbPage::synopsis)
                        .toList();
        Roff page = new Roff(title.toUpperCase(Locale.ROOT), 1, date, source);
        page.section("NAME").line(title + " - " + summary(spec));
        page.section("SYNOPSIS");
        page.bold(synopses.getFirst());
        synopses.stream().skip(1).forEach(each -> page.newLine().bold(each));
        page.section("DESCRIPTION").line(description(spec));
        if (verb.getSubcommands().isEmpty()) {
            if (hasOwn(spec)) {
                page.section("OPTIONS");
                options(page, spec, false);
            }
        } else {
            page.section("VERBS");
            verb.getSubcommands().forEach((subName, sub) -> {
                page.subsection(name + " " + subName).line(description(sub.getCommandSpec()));
                options(page, sub.getCommandSpec(), false);
            });
        }
        page.section("SEE ALSO");
        page.line(
                "nowake(1) for the options of every verb, `--output json` among them, and for exit statuses; nowake.yaml(5)");
        return page.toString();
    }

    /** {@code shared}: those every verb inherits; else the others. */
    private static void options(Roff page, CommandSpec spec, boolean shared) {
        spec.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .forEach(parameter -> page.tagged(parameter.paramLabel(), text(parameter.description())));
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && (shared || isOwn(option))) {
                String value = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
                page.tagged(String.join(", ", option.names()) + value, text(option.description()));
            }
        }
    }

    private static boolean isOwn(OptionSpec option) {
        return !option.inherited() && !option.usageHelp() && !option.versionHelp();
    }

    private static boolean hasOwn(CommandSpec spec) {
        return !spec.positionalParameters().isEmpty()
                || spec.options().stream().anyMatch(option -> !option.hidden() && isOwn(option));
    }

    private static String synopsis(CommandLine verb) {
        CommandSpec spec = verb.getCommandSpec();
        spec.usageMessage().width(ONE_LINE);
        Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
        return help.synopsis(0).strip();
    }

    /** The first sentence, for NAME: one line without a point. */
    private static String summary(CommandSpec spec) {
        String description = description(spec);
        int end = description.indexOf(". ");
        String first = end < 0 ? description : description.substring(0, end);
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    private static String description(CommandSpec spec) {
        return text(spec.usageMessage().description());
    }

    /** The parser's texts are format strings. */
    private static String text(String... lines) {
        return String.format(String.join(" ", List.of(lines)));
    }
}
