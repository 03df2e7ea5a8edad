package dev.nowake.policy.trace;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a load touched, in the order it did. */
public record Trace(TraceHeader header, List<TraceFile> files, List<Access> accesses) {
    /** Of the JSON format. */
    public static final int VERSION = 1;

    /**
     * More are not recorded and not read: 32 MiB of heap. A load of 1 TiB in runs of 2 MiB, the smallest that costs no speed
     * when it is prefetched again, fits.
     */
    public static final int MAX_ACCESSES = 1 << 19;

    /** More files than this belong to no model. */
    public static final int MAX_FILES = 1 << 16;

    /** Throws {@link IllegalArgumentException} when an access names no file, or a name stands twice. */
    public Trace {
        files = List.copyOf(files);
        accesses = List.copyOf(accesses);
        for (Access access : accesses) {
            if (access.file() >= files.size()) {
                throw new IllegalArgumentException("an access names file " + access.file() + " of " + files.size());
            }
        }
        Set<TraceName> names = new HashSet<>();
        for (TraceFile file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException(
                        "a file stands twice: " + file.name().text());
            }
        }
    }
}
