package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The types of value that keys of the configuration have. */
final class Values {
    static final ValueType<Long> SIZE = ValueType.of(
            "size",
            "^\\s*[0-9]{1,15}(\\.[0-9]{1,6})?\\s*([kKmMgGtT][iI]?)?[bB]\\s*$",
            ByteSize::parse,
            ByteSize::exact);

    static final ValueType<Duration> TIME = ValueType.of("time", TimeSpan.PATTERN, TimeSpan::parse, TimeSpan::format);

    static final ValueType<Boolean> FLAG =
            new ValueType<>("flag", List.of("true", "false"), null, Values::flag, String::valueOf);

    static final ValueType<String> LISTEN =
            ValueType.of("address", ListenAddress.PATTERN, ListenAddress::check, text -> text);

    /** What useradd(8) takes for a name, and capitals, which directory services have. */
    static final ValueType<String> GROUP =
            ValueType.of("group", "^[A-Za-z_][A-Za-z0-9_.-]{0,31}\\$?$", Values::group, text -> text);

    static final ValueType<Path> TEXTFILE = ValueType.of("file", "^/.*\\.prom$", Values::textfile, Path::toString);

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
