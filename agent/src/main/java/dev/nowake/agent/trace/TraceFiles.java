package dev.nowake.agent.trace;

import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceException;
import dev.nowake.policy.trace.TraceFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Trace files by path; the last few read are kept while they stay the same. Thread-safe. */
public final class TraceFiles {
    /** Traces kept: of 32 MiB each at most, usually well under one. */
    private static final int KEPT = 4;

    private final Map<String, Kept> kept = new LinkedHashMap<>(8, 0.75f, true);

    /** {@code trace} is null for a file that could not be read, so that it is not tried again at every question. */
    private record Kept(FileTime modified, long sizeBytes, Trace trace, String problem) {}

    /** Empty where there is no trace or a broken one; {@link #problem} says why. Reads the file when it has changed. */
    public synchronized Optional<Trace> read(String path) {
        return Optional.ofNullable(look(path).trace());
    }

    /** Why {@link #read} gives nothing, in one line; null where it gives a trace. */
    public synchronized String problem(String path) {
        return look(path).problem();
    }

    private Kept look(String path) {
        Kept now = status(path);
        Kept before = kept.get(path);
        if (before != null && before.modified().equals(now.modified()) && before.sizeBytes() == now.sizeBytes()) {
            return before;
        }
        if (now.problem() == null) {
            now = load(path, now);
        }
        kept.put(path, now);
        if (kept.size() > KEPT) {
            kept.remove(kept.keySet().iterator().next());
        }
        return now;
    }

    private static Kept status(String path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(Path.of(path), BasicFileAttributes.class);
            if (attributes.isRegularFile()) {
                return new Kept(attributes.lastModifiedTime(), attributes.size(), null, null);
            }
            return new Kept(attributes.lastModifiedTime(), attributes.size(), null, path + ": not a file");
        } catch (IOException | IllegalArgumentException e) {
            return new Kept(FileTime.fromMillis(0), -1, null, path + ": cannot be read (" + e.getMessage() + ")");
        }
    }

    private static Kept load(String path, Kept status) {
        try {
            return new Kept(status.modified(), status.sizeBytes(), read(Path.of(path)), null);
        } catch (IOException e) {
            return new Kept(
                    status.modified(), status.sizeBytes(), null, path + ": cannot be read (" + e.getMessage() + ")");
        } catch (TraceException e) {
            return new Kept(status.modified(), status.sizeBytes(), null, path + ": " + e.getMessage());
        }
    }

    /** Reads a trace anew. */
    public static Trace read(Path file) throws IOException, TraceException {
        try (InputStream in = Files.newInputStream(file)) {
            return TraceFormat.read(in);
        }
    }

    /** Writes a trace: the file is there whole or not at all. What stood there is replaced. */
    public static void write(Path file, Trace trace, TraceFormat format) throws IOException, TraceException {
        Path absolute = file.toAbsolutePath();
        Path draft = absolute.resolveSibling(
                ".nowake-trace-" + ProcessHandle.current().pid() + ".new");
        try {
            try (OutputStream out = Files.newOutputStream(draft)) {
                format.write(trace, out);
            }
            Files.move(draft, absolute, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
