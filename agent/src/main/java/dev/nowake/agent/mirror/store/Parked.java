package dev.nowake.agent.mirror.store;

import java.nio.file.Path;
import java.util.List;

/**
 * What became of a mirror's incomplete files at its stop.
 *
 * @param failures what could not be put away, one line each
 * @param open those that somebody has open, by their names in the tree: somebody has to keep their gate
 */
public record Parked(List<String> failures, List<Path> open) {
    public Parked {
        failures = List.copyOf(failures);
        open = List.copyOf(open);
    }
}
