package dev.nowake.policy.js;

import dev.nowake.policy.SizeNotation;
import java.math.BigDecimal;

/** A size with its unit, as rules write it, that a script can calculate with: {@code 512MiB}. */
final class Bytes {
    private Bytes() {}

    static boolean isSize(String text) {
        return SizeNotation.bytes(text) != null;
    }

    static long of(String text, String what) {
        BigDecimal bytes = SizeNotation.bytes(text);
        if (bytes == null || bytes.compareTo(BigDecimal.valueOf(Plain.MAX_SAFE)) > 0) {
            throw new BadResult(what + " is " + Plain.quoted(text) + ", not a size such as 512MiB");
        }
        return bytes.longValue();
    }
}
