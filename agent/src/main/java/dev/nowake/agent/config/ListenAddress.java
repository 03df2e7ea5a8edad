package dev.nowake.agent.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where a server listens: {@code 127.0.0.1:9469}, {@code [::1]:9469}, {@code localhost:9469}, or a port alone, which is one
 * of this host only. No other names: to look one up may wait for a server of names, and a daemon's start must not.
 *
 * @param host as it was written, without brackets
 * @param port 0 lets the kernel choose one
 */
public record ListenAddress(String host, int port) {
    private static final int MOST = 65535;

    /** Throws with one line that says what to write. */
    public static ListenAddress parse(String text) throws ConfigException {
        String written = text.strip();
        int colon = written.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : written.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        String port = written.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MOST || bracketed != (bare.indexOf(':') >= 0)) {
            throw wrong(text, "");
        }
        if (bare.isEmpty()) {
            throw wrong(text, "; 0.0.0.0:" + port + " for every address of this host");
        }
        try {
            resolve(bare);
        } catch (IllegalArgumentException name) {
            throw wrong(text, ": no host names but localhost");
        }
        return new ListenAddress(bare, Integer.parseInt(port));
    }

    private static ConfigException wrong(String text, String more) {
        return new ConfigException("'" + text
                + "' is no address to listen on: write ADDRESS:PORT, as 127.0.0.1:9469 or [::1]:9469, or a port"
                + " alone" + more);
    }

    private static InetAddress resolve(String host) {
        return host.equals("localhost") ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(host);
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
