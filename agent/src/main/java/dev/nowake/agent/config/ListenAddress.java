package dev.nowake.agent.config;

import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a server listens: {@code 127.0.0.1:9469}, {@code localhost:9469}, {@code [::1]:9469}. No name is looked up. */
final class ListenAddress {
    static final String PATTERN = "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$";

    private static final Pattern SHAPE = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
    private static final int LAST_PORT = 65_535;

    private ListenAddress() {}

    /** The text itself. Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    static String check(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no address to listen on: write HOST:PORT, such as "
                    + "127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469");
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port < 1 || port > LAST_PORT) {
            throw new IllegalArgumentException("'" + text + "' has the port " + port + ": write one from 1 to 65535");
        }
        String host = matcher.group(1);
        boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
        if (literal && !isAddress(host)) {
            throw new IllegalArgumentException(
                    "'" + text + "' begins with no address: write one such as 127.0.0.1 or [::1]");
        }
        return text;
    }

    private static boolean isAddress(String host) {
        try {
            InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
            return true;
        } catch (IllegalArgumentException odd) {
            return false;
        }
    }
}
