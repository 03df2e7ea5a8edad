package dev.nowake.agent.config;

import dev.nowake.policy.Argument;
import java.util.List;

/** A policy's arguments as people write them, in a rule or on the command line. */
public final class ArgumentText {
    private ArgumentText() {}

    /** The value a policy gets. Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static Object parse(String text, Argument declared) {
        return switch (declared) {
            case Argument.Size size -> ByteSize.parse(text);
            case Argument.Count count -> count(text);
            case Argument.Decimal decimal -> decimal(text);
            case Argument.Flag flag -> flag(text);
            case Argument.Text words -> text;
            case Argument.Choice choice -> choice(text, choice.words());
        };
    }

    /** The type's name, as a policy in JavaScript declares it. */
    public static String type(Argument declared) {
        return switch (declared) {
            case Argument.Size size -> "size";
            case Argument.Count count -> "count";
            case Argument.Decimal decimal -> "decimal";
            case Argument.Flag flag -> "flag";
            case Argument.Text words -> "text";
            case Argument.Choice choice -> String.join("|", choice.words());
        };
    }

    /** A value it might have, as it would be written. */
    static String example(Argument declared) {
        return switch (declared) {
            case Argument.Size size -> "1GiB";
            case Argument.Count count -> "2";
            case Argument.Decimal decimal -> "0.5";
            case Argument.Flag flag -> "true";
            case Argument.Text text -> "...";
            case Argument.Choice choice ->
                choice.words().isEmpty() ? "..." : choice.words().getFirst();
        };
    }

    /** A value as it would be written; empty where there is none. */
    public static String show(Argument declared, Object value) {
        if (value == null) {
            return "";
        }
        boolean size = declared instanceof Argument.Size;
        return size && value instanceof Number bytes ? ByteSize.format(bytes.longValue()) : String.valueOf(value);
    }

    private static long count(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("'" + text + "' is not a count: write a number, such as 2");
        }
        return Long.parseLong(text);
    }

    private static double decimal(String text) {
        if (!text.matches("[-+]?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
            throw new IllegalArgumentException("'" + text + "' is not a number: write one such as 0.5");
        }
        return Double.parseDouble(text);
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return Boolean.parseBoolean(text);
    }

    private static String choice(String text, List<String> words) {
        if (!words.contains(text)) {
            throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", words)
                    + "; did you mean '" + Nearest.of(text, words) + "'?");
        }
        return text;
    }
}
