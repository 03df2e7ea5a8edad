package dev.nowake.agent.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens: {@code 127.0.0.1:9469}, {@code [::1]:9469}, {@code localhost:9469}, or a port alone, which is one
 * of 127.0.0.1. No other name: to look one up may wait for a server of names, and a daemon's start must not.
 *
 * @param host without brackets
 * @param port 0 lets the kernel choose one
 */
public record ListenAddress(String host, int port) {
    static final String PATTERN = "^((\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):)?[0-9]{1,5}$";

    private static final Pattern SHAPE = Pattern.compile("(?:(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):)?([0-9]{1,5})");
    private static final String THIS_HOST = "127.0.0.1";
    private static final int LAST_PORT = 65_535;

    /** The text itself. Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static String check(String text) {
        if (parse(text).port() == 0) {
            throw wrongPort(text, 0);
        }
        return text;
    }

    /** As {@link #check}, but any port will do. */
    public static ListenAddress parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no address to listen on: write HOST:PORT, such as "
                    + "127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469");
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port > LAST_PORT) {
            throw wrongPort(text, port);
        }
        String written = matcher.group(1) == null ? THIS_HOST : matcher.group(1);
        String host = written.startsWith("[") ? written.substring(1, written.length() - 1) : written;
        try {
            resolve(host);
        } catch (IllegalArgumentException name) {
            throw new IllegalArgumentException(
                    "'" + text + "' begins with no address: write one such as 127.0.0.1 or [::1]", name);
        }
        return new ListenAddress(host, port);
    }

    private static IllegalArgumentException wrongPort(String text, int port) {
        return new IllegalArgumentException("'" + text + "' has the port " + port + ": write one from 1 to 65535");
    }

    private static InetAddress resolve(String host) {
        return InetAddress.ofLiteral(host.equals("localhost") ? THIS_HOST : host);
    }

    public InetSocketAddress socket() {
        return new InetSocketAddress(resolve(host), port);
    }

    /** Only processes of this host get there. */
    public boolean isLoopback() {
        return resolve(host).isLoopbackAddress();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
