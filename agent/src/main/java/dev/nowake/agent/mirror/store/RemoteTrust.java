package dev.nowake.agent.mirror.store;

import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Knows on which filesystem the remote folder was when it was last looked through whole, and where in it others were mounted:
 * what is not seen because something is not mounted is not gone. One thread; any may ask
 * {@link #isKnown}.
 */
final class RemoteTrust {
    private static final String INNER = "mount ";

    private final Path file;
    private volatile String place;
    private final Set<Path> inner = new HashSet<>();
    private final Set<Path> innerNow = new LinkedHashSet<>();

    RemoteTrust(Path file) {
        this.file = file;
        try {
            for (String line :
                    Files.readString(file, StandardCharsets.US_ASCII).lines().toList()) {
                if (line.startsWith(INNER)) {
                    inner.add(PathBytes.path(HexFormat.of().parseHex(line.substring(INNER.length()))));
                } else {
                    place = line;
                }
            }
        } catch (NoSuchFileException first) {
            place = null;
        } catch (IOException | IllegalArgumentException unreadable) {
            place = ""; // no place at all: it must be recognized by its files
        }
    }

    /** Where a folder is: its filesystem, and the folder that is mounted on. */
    static String place(Path real, UnixFacts facts) {
        String mountPoint = MountInfo.read()
                .byPath(real)
                .map(mount -> HexFormat.of().formatHex(PathBytes.of(mount.mountPoint())))
                .orElse("");
        return facts.id().device() + " " + mountPoint;
    }

    /** A new look begins. */
    void begin() {
        innerNow.clear();
    }

    /** A folder that is on another filesystem than the one it lies in. */
    void mounted(Path relative) {
        innerNow.add(relative);
    }

    /** Whether it was there the last time, or nothing is known of that. */
    boolean isKnown(String now) {
        return place == null || place.equals(now);
    }

    /** Whether what is not seen at this name may be on a filesystem that was mounted there and is not now. */
    boolean isHidden(Path relative) {
        return inner.stream().anyMatch(mount -> relative.startsWith(mount) && !innerNow.contains(mount));
    }

    /**
     * The folder there now is the right one. What was mounted in it stays known though it is not mounted now.
     *
     * @throws IOException where that cannot be written down
     */
    void accept(String now) throws IOException {
        boolean news = inner.addAll(innerNow);
        if (now.equals(place) && !news) {
            return;
        }
        StringBuilder text = new StringBuilder(now).append('\n');
        for (Path mount : inner) {
            text.append(INNER)
                    .append(HexFormat.of().formatHex(PathBytes.of(mount)))
                    .append('\n');
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text, StandardCharsets.US_ASCII);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        place = now;
    }
}
