package dev.nowake.agent.cli;

import java.nio.file.Path;

/** What the verbs enforce and observe have in common. */
final class ModeChange {
    private ModeChange() {}

    /** {@code target}: null for all, which only a reset can be about. */
    static void say(Invocation invocation, String verb, String target, boolean reset) throws CliException {
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
