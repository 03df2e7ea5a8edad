package dev.nowake.agent.config;

import java.nio.file.Path;

/**
 * Where in the configuration something stands.
 *
 * @param line from 1; 0 where the whole file is meant
 */
record Place(Path file, int line) {
    @Override
    public String toString() {
        return line > 0 ? file + ":" + line : file.toString();
    }
}
