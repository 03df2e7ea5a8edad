package dev.nowake.agent.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** The folder of the journal, held by one daemon at a time through a lock that a killed process leaves free. */
final class StateFolder implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;

    /** Throws with one line that says what to do. */
    StateFolder(Path folder) throws IOException {
        this.folder = folder;
        try {
            make(folder);
            channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException unusable) {
            throw new IOException(
                    "cannot use " + folder + " (" + unusable.getMessage() + "): give another --state-dir");
        }
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IOException("another nowake daemon uses " + folder + ": stop it, or give another --state-dir");
        }
        removeLeftCopies();
    }

    /** Where the service keeps its temporary files here, a killed daemon has left its copies of policies' jars. */
    private void removeLeftCopies() {
        Instant started = ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(folder, "nowake-plugin-*.jar")) {
            for (Path copy : copies) {
                if (Files.getLastModifiedTime(copy).toInstant().isBefore(started)) {
                    Files.delete(copy);
                }
            }
        } catch (IOException | DirectoryIteratorException kept) {
            return; // they cost some room
        }
    }

    /**
     * Nobody else sees what is in it; who may talk to the daemon gets through to its socket, which may be there. One that is
     * there already is as its owner wants it.
     */
    private static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        }
    }

    Path journal() {
        return folder.resolve("journal.jsonl");
    }

    Path handover() {
        return folder.resolve("loads.json");
    }

    Path keeps() {
        return folder.resolve("keeps.json");
    }

    /** The file is the old one or the new one, whole. Not for two threads at a time. */
    static void replace(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
