package dev.nowake.agent.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A journal's lines, oldest first, over all its files, while a daemon writes it or while none does. What is no line (torn by
 * a kill, of foreign make, binary, longer than {@link LineFile#MAX_LINE_BYTES}) is passed over and counted. Not thread-safe;
 * holds one descriptor, and about a mebibyte.
 */
public final class JournalReader implements AutoCloseable {
    private final JournalFolder folder;
    private LineFile open;
    private boolean openIsCurrent;
    private Instant passed;
    private long skipped;

    /**
     * @param file the current one; neither it nor those before it need be there
     * @param since files that were closed before are passed over as a whole, older lines of the others are not; null: from
     *     the start
     */
    public JournalReader(Path file, Instant since) {
        folder = new JournalFolder(file);
        passed = since == null ? Instant.MIN : since.minusNanos(1);
    }

    /**
     * The next line, or null where there is none: then it may be asked again later, and goes on with what was written
     * since, in whatever file.
     *
     * @throws IOException a file that is there cannot be read
     */
    public JournalEntry next() throws IOException {
        while (true) {
            if (open == null && !openNext()) {
                return null;
            }
            boolean overtaken =
                    openIsCurrent && !open.isStill(folder.current()); // asked before the file's last bytes are
            byte[] line = open.next();
            if (line != null) {
                JournalEntry entry = parse(line);
                if (entry != null) {
                    return entry;
                }
                skipped++;
            } else if (!openIsCurrent || overtaken) {
                finish();
            } else {
                return null;
            }
        }
    }

    /** How much was passed over because it is no line. */
    public long skipped() {
        return skipped + (open == null ? 0 : open.skipped());
    }

    /** Null for what is no JSON object. */
    static JournalEntry parse(byte[] line) {
        try {
            JsonNode fields = JsonMapper.shared().readTree(line);
            return fields != null && fields.isObject() ? new JournalEntry(fields, line) : null;
        } catch (JacksonException foreign) {
            return null;
        }
    }

    /** Opens the oldest file that was not read; false where there is none. */
    private boolean openNext() throws IOException {
        while (true) {
            JournalFolder.Rotated next = firstAfter(folder.rotated());
            try {
                if (next != null) {
                    passed = next.closed();
                    open = new LineFile(next.path());
                    openIsCurrent = false;
                    return true;
                }
                open = new LineFile(folder.current());
                openIsCurrent = true;
                JournalFolder.Rotated closedMeanwhile = firstAfter(folder.rotated());
                if (closedMeanwhile == null || open.isStill(closedMeanwhile.path())) {
                    return true;
                }
                open.close(); // the file in between comes first
                open = null;
            } catch (NoSuchFileException gone) {
                if (next == null && !Files.exists(folder.current())) {
                    return false;
                }
            }
        }
    }

    private JournalFolder.Rotated firstAfter(List<JournalFolder.Rotated> files) {
        return files.stream()
                .filter(file -> file.closed().isAfter(passed))
                .findFirst()
                .orElse(null);
    }

    /** The open file gets no more lines. */
    private void finish() throws IOException {
        if (openIsCurrent) { // it is called something else by now, if it is there at all
            for (JournalFolder.Rotated file : folder.rotated()) {
                if (file.closed().isAfter(passed) && open.isStill(file.path())) {
                    passed = file.closed();
                }
            }
        }
        skipped += open.skipped() + (open.hasRest() ? 1 : 0);
        open.close();
        open = null;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
