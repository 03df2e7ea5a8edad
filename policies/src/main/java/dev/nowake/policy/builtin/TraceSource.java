package dev.nowake.policy.builtin;

import java.util.List;
import java.util.Optional;

/** Where {@link ReplayPolicy} gets recorded loads from: a policy itself reads no file. */
@FunctionalInterface
public interface TraceSource {
    /** Knows no trace. */
    TraceSource NONE = path -> Optional.empty();

    /**
     * The recorded ranges in the order they were read, neighbours that adjoin made one. Must answer at once, from memory: it is asked for every plan of a
     * load. Empty where there is no such trace (yet), or where the files it speaks of are others now.
     */
    Optional<List<ReplayStep>> read(String path);
}
