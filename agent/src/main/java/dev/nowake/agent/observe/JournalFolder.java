package dev.nowake.agent.observe;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The files of one journal: the current one, {@code journal.jsonl}, and beside it those it was before, {@code
 * journal-20261121T163005.123456Z.jsonl}, each named by the time it was closed. Files of any other name are none of its.
 */
public final class JournalFolder {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final int STAMP_CHARS = "20261121T163005.123456Z".length();

    /** The kernel's clock ends in 2262: a name that tells of later is somebody else's, and leaves no room for ours. */
    private static final Instant LATEST = Instant.parse("9000-01-01T00:00:00Z");

    private final Path current;
    private final String prefix;
    private final String suffix;

    /**
     * A file that was closed.
     *
     * @param closed when, by the clock of that time; later than that of every file closed before
     */
    public record Rotated(Path path, Instant closed) {}

    public JournalFolder(Path current) {
        this.current = current;
        String name = current.getFileName().toString();
        int dot = name.lastIndexOf('.');
        prefix = (dot > 0 ? name.substring(0, dot) : name) + "-";
        suffix = dot > 0 ? name.substring(dot) : "";
    }

    public Path current() {
        return current;
    }

    /** Oldest first; empty where the folder is not there. */
    public List<Rotated> rotated() throws IOException {
        List<Rotated> found = new ArrayList<>();
        Path folder = current.toAbsolutePath().getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Instant closed = stamp(file.getFileName().toString());
                if (closed != null && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(new Rotated(file, closed));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return List.of();
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        found.sort(Comparator.comparing(Rotated::closed));
        return found;
    }

    /** Null for a name that is none of ours. */
    private Instant stamp(String name) {
        if (name.length() != prefix.length() + STAMP_CHARS + suffix.length()
                || !name.startsWith(prefix)
                || !name.endsWith(suffix)) {
            return null;
        }
        try {
            Instant stamp =
                    STAMP.parse(name.substring(prefix.length(), name.length() - suffix.length()), Instant::from);
            return stamp.isAfter(LATEST) ? null : stamp;
        } catch (DateTimeException foreign) {
            return null;
        }
    }

    /**
     * What the current file is to be called that is closed now: by the time, or a microsecond after the last one where the
     * clock went back since, so that names keep the files' order.
     */
    Path nameOf(Instant now, List<Rotated> before) {
        Instant stamp = now.truncatedTo(ChronoUnit.MICROS);
        if (!before.isEmpty()) {
            Instant next = before.getLast().closed().plus(1, ChronoUnit.MICROS);
            stamp = stamp.isBefore(next) ? next : stamp;
        }
        return current.resolveSibling(prefix + STAMP.format(stamp) + suffix);
    }
}
