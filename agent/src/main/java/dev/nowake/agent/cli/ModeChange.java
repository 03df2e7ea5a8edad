package dev.nowake.agent.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the verbs enforce and observe have in common: for which rule or root, and whether it is as configured again. */
final class ModeChange {
    @Parameters(paramLabel = "RULE|ROOT", arity = "0..1", description = "A rule's name, or a root's path.")
    private String target;

    @Option(names = "--reset", description = "Back to the configuration; without RULE|ROOT all of them.")
    private boolean reset;

    /** Tells the daemon, and then the people. */
    void say(Invocation invocation, String verb) throws CliException {
        if (target == null && !reset) {
            throw CliException.usage(verb
                    + " takes a rule's name or a root's path; 'nowake status' lists them, --reset alone sets all back");
        }
        Told told = new Told(invocation, verb).with("reset", reset ? true : null);
        String what = target == null ? "every rule and root" : Line.of(target);
        String how = reset ? "as configured" : verb;
        (target == null ? told : told.about(target)).say(answer -> {
            String line = what + ": " + how;
            if (!answer.path("acts").asBoolean(true)) {
                return line + "; nothing is done now, " + SwitchText.why(answer);
            }
            boolean enforcedRoot =
                    !reset && verb.equals("enforce") && Path.of(target).isAbsolute();
            return enforcedRoot ? line + "; rules with a mode of their own keep it" : line;
        });
    }
}
