package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import dev.nowake.model.Format;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The types of value that keys of the configuration have. */
final class Values {
    private static final String SIZE_SHAPE = "\\s*[0-9]{1,15}(\\.[0-9]{1,6})?\\s*([kKmMgGtT][iI]?)?[bB]\\s*";

    static final ValueType<Long> SIZE = new ValueType<>(
            "size",
            "a number with a unit: `B`, `KiB`, `MiB`, `GiB`, `TiB` of 1024, `KB`, `MB`, `GB`, `TB` of 1000",
            List.of(),
            "^" + SIZE_SHAPE + "$",
            ByteSize::parse,
            ByteSize::exact);

    static final ValueType<Long> IN_FLIGHT = SIZE.checked(bytes -> {
        if (bytes < InFlightLimits.LEAST_BYTES) {
            throw new IllegalArgumentException("'" + ByteSize.exact(bytes)
                    + "' in flight is less than one request: write " + ByteSize.exact(InFlightLimits.LEAST_BYTES)
                    + " or more");
        }
        return bytes;
    });

    static final ValueType<Long> JOURNAL_SIZE = SIZE.checked(bytes -> {
        if (bytes < JournalSettings.LEAST_BYTES) {
            throw new IllegalArgumentException(ByteSize.exact(bytes) + " is too little: write "
                    + ByteSize.exact(JournalSettings.LEAST_BYTES) + " or more");
        }
        return bytes;
    });

    static final ValueType<Duration> TIME = new ValueType<>(
            "time",
            "numbers with units, the larger first: `90s`, `12h`, `14d`, `1d12h`, `2w` (`w d h m s ms`)",
            List.of(),
            TimeSpan.PATTERN,
            TimeSpan::parse,
            TimeSpan::format);

    static final ValueType<Duration> AGE = TIME.checked(time -> {
        if (time.isZero()) {
            throw new IllegalArgumentException("no time at all would keep nothing: write 1h or more");
        }
        return time;
    });

    static final ValueType<Boolean> FLAG =
            new ValueType<>("flag", "`true` or `false`", List.of("true", "false"), null, Values::flag, String::valueOf);

    static final ValueType<Mode> MODE = new ValueType<>(
            "mode",
            "`observe` or `enforce`",
            Arrays.stream(Mode.values()).map(Mode::label).toList(),
            null,
            Mode::of,
            Mode::label);

    static final ValueType<String> LISTEN = new ValueType<>(
            "address",
            "`HOST:PORT`, or a port alone, which is one of 127.0.0.1; an IPv6 address in brackets; no name but `localhost`;"
                    + " `0.0.0.0` and `[::]` are all of the host's",
            List.of(),
            ListenAddress.PATTERN,
            ListenAddress::check,
            text -> text);

    /** What useradd(8) takes for a name, and capitals, which directory services have. */
    static final ValueType<String> GROUP = new ValueType<>(
            "group", "a group's name", List.of(), "^[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?$", Values::group, text -> text);

    static final ValueType<Path> TEXTFILE = new ValueType<>(
            "file",
            "an absolute path that ends in `.prom`",
            List.of(),
            "^/.*\\.prom$",
            Values::textfile,
            Path::toString);

    static final ValueType<String> FOLDER = ValueType.text("folder", "an absolute path", "^/");
    static final ValueType<String> POLICY =
            ValueType.text("policy", "a policy's name, as `nowake policy list` shows it", null);
    static final ValueType<String> NAME = ValueType.text(
            "name", "one line of text", "^(?=.*\\S)[^\\x00-\\x1f\\x7f-\\x9f]{1," + RuleReader.LONGEST_NAME + "}$");
    static final ValueType<String> PATTERN =
            ValueType.text("pattern", "see [patterns](configuration.md#patterns)", "^.");
    static final ValueType<String> USER = ValueType.text("user", "a name in `/etc/passwd`, or a number", "^.");
    static final ValueType<String> SIZES = ValueType.text(
            "sizes",
            "`>=10GiB`, `>10GiB`, `<1GiB`, `<=1GiB`, or `1GiB..10GiB`, both ends included",
            "^\\s*([<>]=?" + SIZE_SHAPE + "|" + SIZE_SHAPE + "\\.\\." + SIZE_SHAPE + ")$");
    static final ValueType<String> FORMAT = new ValueType<>(
            "format",
            "how the weights are stored",
            Arrays.stream(Format.values()).map(Format::label).toList(),
            null,
            text -> text,
            text -> text);

    private Values() {}

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    private static String group(String text) {
        if (!text.matches(GROUP.pattern())) {
            throw new IllegalArgumentException("'" + text + "' is no group's name: write one such as nowake");
        }
        return text;
    }

    private static Path textfile(String text) {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is no absolute path: write one such as "
                    + "/var/lib/prometheus/node-exporter/nowake.prom");
        }
        if (!text.endsWith(".prom") || text.endsWith("/.prom")) {
            throw new IllegalArgumentException(
                    "'" + text + "' does not end in .prom: node_exporter's collector reads no other file");
        }
        return PathBytes.path(text.getBytes(StandardCharsets.UTF_8));
    }
}
