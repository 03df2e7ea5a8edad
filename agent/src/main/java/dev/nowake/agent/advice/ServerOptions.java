package dev.nowake.agent.advice;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A FUSE server's command line, as mount programs write theirs: {@code --name=value}, {@code --name value} and
 * {@code -o name=value,name}. Underscores and hyphens in names are one, because {@code mount -o} takes what the program spells with
 * the other. Values are looked at and never shown: they may be secrets.
 */
final class ServerOptions {
    private final String program;
    private final Map<String, String> values = new HashMap<>();

    ServerOptions(List<String> arguments) {
        program = arguments.isEmpty() ? "" : lastName(arguments.getFirst());
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String next = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            if (argument.equals("-o") || argument.equals("--o")) {
                list(next);
                i++;
            } else if (argument.startsWith("-o=") || argument.startsWith("--o=")) {
                list(argument.substring(argument.indexOf('=') + 1));
            } else if (argument.startsWith("--")) {
                one(argument.substring(2), next.startsWith("-") ? "" : next);
            } else if (argument.startsWith("-o")) {
                list(argument.substring(2));
            }
        }
    }

    private void list(String options) {
        for (String each : options.split(",")) {
            one(each, "");
        }
    }

    private void one(String option, String otherwise) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        values.putIfAbsent(plain(name), equals < 0 ? otherwise : option.substring(equals + 1));
    }

    private static String plain(String name) {
        return name.replace('_', '-');
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The last name of what was started; empty where nothing is known. */
    String program() {
        return program;
    }

    boolean has(String name) {
        return values.containsKey(plain(name));
    }

    /** Empty where the option is not there; the empty text where it stands alone. */
    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(plain(name)));
    }

    /** Whether one of the options that keep the server from reading ahead in parallel is there. */
    Optional<String> syncRead() {
        List<String> found = new ArrayList<>();
        if (has("sync_read")) {
            found.add("-o sync_read");
        }
        value("async-read").filter("false"::equals).ifPresent(off -> found.add("--async-read=false"));
        return found.stream().findFirst();
    }

    /** Whether one of the options that keep files out of page cache is there. */
    Optional<String> directIo() {
        boolean on = value("direct_io").map(text -> !text.equals("false")).orElse(false);
        return on ? Optional.of("direct_io") : Optional.empty();
    }
}
