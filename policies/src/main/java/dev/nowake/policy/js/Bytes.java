package dev.nowake.policy.js;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A size with its unit, as rules write it: {@code 512MiB}. */
final class Bytes {
    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s?([kmgt]?i?b)", Pattern.CASE_INSENSITIVE);

    private static final Map<String, Long> UNITS = Map.of(
            "b", 1L,
            "kib", 1L << 10,
            "mib", 1L << 20,
            "gib", 1L << 30,
            "tib", 1L << 40,
            "kb", 1_000L,
            "mb", 1_000_000L,
            "gb", 1_000_000_000L,
            "tb", 1_000_000_000_000L);

    private Bytes() {}

    static boolean isSize(String text) {
        Matcher matcher = SIZE.matcher(text);
        return matcher.matches() && unit(matcher) != null;
    }

    static long of(String text, String what) {
        Matcher matcher = SIZE.matcher(text);
        if (matcher.matches() && unit(matcher) != null) {
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit(matcher)));
            if (bytes.compareTo(BigDecimal.valueOf(Plain.MAX_SAFE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new BadResult(what + " is " + Plain.quoted(text) + ", not a size such as 512MiB");
    }

    private static Long unit(Matcher matcher) {
        return UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT));
    }
}
