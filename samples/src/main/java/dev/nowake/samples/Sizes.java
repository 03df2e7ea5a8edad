package dev.nowake.samples;

/** Sizes as people write them: {@code 512MiB}, {@code 4GiB}. */
final class Sizes {
    private Sizes() {}

    static long parse(String text) {
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        for (int unit = 0; unit < units.length; unit++) {
            if (text.endsWith(units[unit])) {
                String number = text.substring(0, text.length() - units[unit].length());
                return Math.multiplyExact(Long.parseLong(number), 1L << 10 * (unit + 1));
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not a size such as 512MiB");
    }
}
