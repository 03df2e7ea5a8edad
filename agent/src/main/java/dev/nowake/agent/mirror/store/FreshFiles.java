package dev.nowake.agent.mirror.store;

import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes what the tree is to have, in a folder that is root's alone; what is ready is renamed into the tree. One thread. */
final class FreshFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final FileAttribute<Set<PosixFilePermission>> OUR_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Parts parts;
    private long made;

    FreshFiles(Parts parts) {
        this.parts = parts;
    }

    /** Removes what an earlier daemon did not get ready. */
    void removeAll() throws IOException {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(parts.places().fresh())) {
            for (Path each : left) {
                Files.delete(each); // files, links and empty folders
            }
        }
    }

    private Path name() {
        return parts.places().fresh().resolve(Long.toHexString(made++));
    }

    /**
     * A file of the remote one's size and rights without a single byte of its own. It is known and guarded when this returns;
     * {@link #place} or {@link #discard} it.
     */
    MirroredFile file(RemoteEntry.File entry) throws IOException {
        Path path = name();
        Files.createFile(path, OURS);
        MirroredFile twin = null;
        try {
            UnixFacts file = UnixFacts.of(path);
            TwinRecord record;
            try (Held held = parts.hold(path, file.id())) {
                held.setLength(entry.identity().sizeBytes());
                held.setRights(entry.facts());
                long mtimeNanos = held.setTime(entry.identity().mtimeNanos());
                record = new TwinRecord(file.id().inode(), entry.identity(), mtimeNanos, RangeSet.EMPTY);
                held.setAttribute(TwinRecord.ATTRIBUTE, record.encode(TwinRecord.FEW_BYTES));
            }
            twin = parts.twin(file.id(), entry.relative(), path, record);
            if (entry.promised() != null) {
                twin.promise(entry.promised());
            }
            parts.twins().add(twin);
            parts.listener().appears(twin);
            return twin;
        } catch (IOException | RuntimeException failed) {
            if (twin != null) {
                parts.twins().remove(twin);
            }
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /** Renames it over whatever file or link has its name. */
    void place(MirroredFile twin, Held folder) throws IOException {
        Files.move(twin.local(), folder.at(twin.relative().getFileName()), StandardCopyOption.ATOMIC_MOVE);
        twin.movedTo(null);
    }

    /** It will not be shown. */
    void discard(MirroredFile twin) throws IOException {
        Files.deleteIfExists(twin.local());
        parts.twins().remove(twin);
        parts.listener().gone(twin);
    }

    /** An empty folder with another's rights, in place. */
    void folder(UnixFacts like, Held parent, Path name) throws IOException {
        Path path = name();
        Files.createDirectory(path, OUR_FOLDER);
        try {
            try (Held held = parts.hold(path, UnixFacts.of(path).id())) {
                held.setRights(like);
            }
            Files.move(path, parent.at(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /** A link in place of whatever file or link has its name. */
    void link(Path leadsTo, Held parent, Path name) throws IOException {
        Path path = name();
        Files.createSymbolicLink(path, leadsTo);
        try {
            Files.move(path, parent.at(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(path);
            throw failed;
        }
    }
}
