package dev.nowake.policy.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The policies nowake brings along that are written in JavaScript: resources of this module. */
public final class ShippedScripts {
    public static final List<String> NAMES = List.of("hot-set", "uma-guard", "write-through");

    private ShippedScripts() {}

    /**
     * The module's text.
     *
     * @throws IllegalArgumentException for a name that is not in {@link #NAMES}
     */
    public static String source(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("'" + name + "' is none of " + NAMES);
        }
        try (InputStream script =
                ShippedScripts.class.getResourceAsStream("/dev/nowake/policy/shipped/" + name + ".js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
