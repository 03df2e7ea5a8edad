package dev.nowake.agent.advice;

import dev.nowake.agent.identify.PathText;
import java.nio.file.Path;

/** A path as one word of a command for a POSIX shell: a mount point may hold anything. */
final class ShellWord {
    private static final String PLAIN = "/._-+:@%=,";

    private ShellWord() {}

    /** In single quotes where it needs them. */
    static String of(Path path) {
        String text = PathText.of(path);
        boolean plain = !text.isEmpty()
                && text.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0));
        return plain ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
