package dev.nowake.agent.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Users by name, as /etc/passwd of the host lists them; those of a directory service are written by number. Groups, of
 * /etc/group, are listed alike.
 */
final class Users {
    private final Path passwd;
    private Map<String, Integer> known;

    Users(Path passwd) {
        this.passwd = passwd;
    }

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    Match.User named(String name) {
        if (name.matches("[0-9]{1,10}") && Long.parseLong(name) < 0xFFFF_FFFFL) {
            return new Match.User(name, (int) Long.parseLong(name));
        }
        Integer uid = all().get(name);
        if (uid == null) {
            throw new IllegalArgumentException(
                    "no user '" + name + "' in " + passwd + ": write the number (id -u " + name + ")");
        }
        return new Match.User(name, uid);
    }

    boolean has(String name) {
        return all().containsKey(name);
    }

    private Map<String, Integer> all() {
        if (known == null) {
            known = new HashMap<>();
            try {
                for (String line : Files.readAllLines(passwd, StandardCharsets.ISO_8859_1)) {
                    String[] fields = line.split(":", 4);
                    if (fields.length == 4 && fields[2].matches("[0-9]{1,10}")) {
                        known.put(fields[0], (int) Long.parseLong(fields[2]));
                    }
                }
            } catch (IOException unreadable) {
                return known; // every name is unknown, and the error says where it was looked for
            }
        }
        return known;
    }
}
