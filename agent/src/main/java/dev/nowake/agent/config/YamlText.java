package dev.nowake.agent.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes values as YAML that every parser reads as the same text. */
final class YamlText {
    /** What no parser takes for anything but this text, wherever it stands. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_/.+-](?:[A-Za-z0-9_/.+@=:-]*[A-Za-z0-9_/.+@=-])?");

    private static final Set<String> WORDS_WITH_MEANING = Set.of(
            "null", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf", "-", "---", "...", "--");

    private YamlText() {}

    /** On one line. */
    static String scalar(String text) {
        if (PLAIN.matcher(text).matches() && !WORDS_WITH_MEANING.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(each -> {
            if (each == '"' || each == '\\') {
                quoted.append('\\').appendCodePoint(each);
            } else if (each < 0x20 || each >= 0x7f && each < 0xa0 || each >= 0xfffe && each <= 0xffff) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", each));
            } else if (each == 0x2028 || each == 0x2029 || each == 0xfeff || each >= 0xd800 && each <= 0xdfff) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", each));
            } else {
                quoted.appendCodePoint(each);
            }
        });
        return quoted.append('"').toString();
    }

    static String list(List<String> texts) {
        return "[" + String.join(", ", texts.stream().map(YamlText::scalar).toList()) + "]";
    }
}
