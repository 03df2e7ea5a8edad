package dev.nowake.agent.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Turns the text of a {@link Glob} into its states; used once. */
final class GlobCompiler {
    /** No path is longer (PATH_MAX); it bounds the work of a match. */
    private static final int MAX_CHARACTERS = 4096;

    private static final IntPredicate IN_NAME = character -> character != '/';
    private static final IntPredicate ANY = character -> true;

    private final String pattern;
    private final int[] text;
    private final GlobProgram program = new GlobProgram();
    private int at;

    GlobCompiler(String pattern) {
        this.pattern = pattern;
        this.text = pattern.codePoints().toArray();
    }

    GlobProgram compile() {
        if (text.length == 0) {
            throw new IllegalArgumentException("a pattern is empty");
        }
        if (text.length > MAX_CHARACTERS) {
            throw new IllegalArgumentException("a pattern is longer than " + MAX_CHARACTERS + " characters");
        }
        while (at < text.length) {
            if (text[at] == '{') {
                group();
            } else {
                element();
            }
        }
        program.fork(); // the end
        return program;
    }

    private void element() {
        int character = text[at++];
        switch (character) {
            case '*' -> star();
            case '?' -> program.take(IN_NAME);
            case '[' -> program.take(characters());
            case '\\' -> {
                if (at == text.length) {
                    throw wrong("ends in a backslash");
                }
                literal(text[at++]);
            }
            default -> literal(character);
        }
    }

    private void literal(int wanted) {
        program.take(character -> character == wanted);
    }

    private void star() {
        int start = at - 1;
        while (at < text.length && text[at] == '*') {
            at++;
        }
        boolean crossesFolders = at - start > 1;
        boolean wholeFolders = crossesFolders
                && at < text.length
                && text[at] == '/'
                && (start == 0 || text[start - 1] == '/' || text[start - 1] == '{' || text[start - 1] == ',');
        int entry = program.fork();
        int loop = program.fork();
        program.take(crossesFolders ? ANY : IN_NAME);
        program.fork(loop);
        program.leads(loop, loop + 1, program.size());
        if (wholeFolders) {
            at++;
            literal('/');
        }
        // whole folders may be none at all, and then there is no slash either; once in the loop there is one
        program.leads(entry, wholeFolders ? new int[] {loop, program.size()} : new int[] {loop});
    }

    private void group() {
        int open = at++;
        List<Integer> branches = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        int fork = program.fork();
        branches.add(program.size());
        while (true) {
            if (at == text.length) {
                throw wrong("has a '{' without '}'");
            }
            int character = text[at];
            if (character == '{') {
                throw wrong("has a '{' inside '{...}'");
            }
            if (character == '}' || character == ',') {
                at++;
                ends.add(program.fork());
                if (character == '}') {
                    break;
                }
                branches.add(program.size());
            } else {
                element();
            }
        }
        if (at - open == 2) {
            throw wrong("has an empty '{}'");
        }
        program.leads(fork, branches.stream().mapToInt(Integer::intValue).toArray());
        int after = program.size();
        ends.forEach(end -> program.leads(end, after));
    }

    private IntPredicate characters() {
        boolean none = at < text.length && text[at] == '!';
        if (none) {
            at++;
        }
        IntPredicate any = character -> false;
        boolean first = true;
        while (true) {
            if (at >= text.length) {
                throw wrong("has a '[' without ']'");
            }
            int from = text[at++];
            if (from == ']') {
                if (first) {
                    throw wrong("has an empty '[]'");
                }
                break;
            }
            first = false;
            any = any.or(range(from));
        }
        IntPredicate listed = any;
        return character -> character != '/' && listed.test(character) != none;
    }

    private IntPredicate range(int first) {
        int from = first;
        if (from == '/') {
            throw wrong("has a '/' inside '[...]'");
        }
        if (from == '\\' && at < text.length) {
            from = text[at++];
        }
        int low = from;
        int high = low;
        if (at + 1 < text.length && text[at] == '-' && text[at + 1] != ']') {
            high = text[at + 1];
            at += 2;
            if (high < low) {
                throw wrong("has a range that runs backwards");
            }
        }
        int last = high;
        return character -> character >= low && character <= last;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the pattern '" + pattern + "' " + what);
    }
}
