package dev.nowake.agent.config;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/**
 * A pattern for paths and names, as shells and {@link java.nio.file.FileSystem#getPathMatcher} know it: {@code *} and
 * {@code ?} stay within one name, {@code **} crosses folders, {@code **}{@code /} at the start of a name also stands for no folder
 * at all, {@code [a-z]}, {@code [!a-z]}, {@code {gguf,bin}}, and a backslash before a character that means itself.
 *
 * <p>Matched as a set of states that moves along the text: the time is at most the pattern's length times the text's,
 * whatever the pattern. Immutable, any thread.
 */
public final class Glob {
    private final String pattern;
    private final GlobProgram program;

    private Glob(String pattern, GlobProgram program) {
        this.pattern = pattern;
        this.program = program;
    }

    /** Throws {@link IllegalArgumentException} with one line that says what is wrong with it. */
    public static Glob of(String pattern) {
        return new Glob(pattern, new GlobCompiler(pattern).compile());
    }

    public boolean matches(String text) {
        BitSet now = new BitSet(program.size());
        BitSet next = new BitSet(program.size());
        int[] stack = new int[2 * program.size() + 1];
        enter(0, now, stack);
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            for (int state = now.nextSetBit(0); state >= 0; state = now.nextSetBit(state + 1)) {
                if (program.consumes(state, character)) {
                    enter(state + 1, next, stack);
                }
            }
            BitSet passed = now;
            now = next;
            next = passed;
            next.clear();
            if (now.isEmpty()) {
                return false;
            }
        }
        return now.get(program.size() - 1);
    }

    /** Adds the state and all that follow it without a character. */
    private void enter(int first, BitSet states, int[] stack) {
        int depth = 0;
        stack[depth++] = first;
        while (depth > 0) {
            int state = stack[--depth];
            if (states.get(state)) {
                continue;
            }
            states.set(state);
            for (int onward : program.onward(state)) {
                if (!states.get(onward)) {
                    if (depth == stack.length) {
                        stack = Arrays.copyOf(stack, 2 * depth);
                    }
                    stack[depth++] = onward;
                }
            }
        }
    }

    /** Whether it means whole paths: others are matched below a root. */
    public boolean isAbsolute() {
        return pattern.startsWith("/");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Glob glob && glob.pattern.equals(pattern);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pattern);
    }

    /** As it was written. */
    @Override
    public String toString() {
        return pattern;
    }
}
