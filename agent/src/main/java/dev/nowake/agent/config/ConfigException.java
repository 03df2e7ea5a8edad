package dev.nowake.agent.config;

/** The configuration is wrong: every error found, one line each, with file and line. */
public final class ConfigException extends Exception {
    public ConfigException(String message) {
        super(message);
    }
}
