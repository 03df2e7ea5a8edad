package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A store is one daemon's at a time: a lock that a killed process leaves free. Within one process names are kept. */
final class StoreLock implements AutoCloseable {
    /** Closing any descriptor of a locked file would give the process's lock back, so it is not even opened twice. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private StoreLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws IOException with one line where another has it */
    static StoreLock take(Path file) throws IOException {
        Path real = file.getParent().toRealPath().resolve(file.getFileName());
        if (!HELD.add(real)) {
            throw taken(real);
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    real, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            if (channel.tryLock() == null) {
                throw taken(real);
            }
            return new StoreLock(real, channel);
        } catch (IOException | OverlappingFileLockException refused) {
            if (channel != null) {
                channel.close();
            }
            HELD.remove(real);
            throw refused instanceof IOException told ? told : taken(real);
        }
    }

    private static IOException taken(Path file) {
        return new IOException("another nowake daemon uses " + file.getParent() + ": stop it");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(file);
    }
}
