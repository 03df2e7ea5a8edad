package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.StageTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An image on its way: {@code .NAME.nowake-part} beside its target, locked, of which nothing is left unless it takes the target's
 * name. What a killed run left is written anew.
 */
final class ImagePart implements AutoCloseable {
    private final Path target;
    private final Path part;
    private final Path manifestPart;
    private final FileChannel channel;
    private boolean inPlace;

    private ImagePart(Path target, Path part, FileChannel channel) {
        this.target = target;
        this.part = part;
        this.manifestPart = StageTree.beside(Manifest.beside(target), ".nowake-part");
        this.channel = channel;
    }

    /** @throws PackException where another run writes it, or its folder takes no files */
    static ImagePart open(Path target) throws IOException {
        Path part = StageTree.beside(target, ".nowake-part");
        // A leftover goes: what a killed run started may write into it still.
        try (FileChannel leftover = FileChannel.open(part, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            lock(leftover, target);
            Files.deleteIfExists(part);
        } catch (NoSuchFileException none) {
            // as it should be
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException another) {
            throw taken(target);
        }
        try {
            lock(channel, target);
            return new ImagePart(target, part, channel);
        } catch (IOException refused) {
            channel.close();
            throw refused;
        }
    }

    private static void lock(FileChannel channel, Path target) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException ourselves) {
            // the same answer
        }
        throw taken(target);
    }

    private static PackException taken(Path target) {
        return new PackException(
                Kind.FAILED, PathText.of(target) + ": another nowake pack writes it; wait for that one");
    }

    Path path() {
        return part;
    }

    long sizeBytes() {
        try {
            return Files.size(part);
        } catch (IOException gone) {
            return 0;
        }
    }

    void force() throws IOException {
        channel.force(true);
    }

    /** The manifest first: where there is an image, there is what it is checked against. */
    void finish(Manifest manifest) throws IOException {
        manifest.write(manifestPart);
        Files.move(manifestPart, Manifest.beside(target), StandardCopyOption.ATOMIC_MOVE);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        inPlace = true;
        try (FileChannel folder = FileChannel.open(target.toAbsolutePath().getParent())) {
            folder.force(true);
        }
    }

    /** Leaves nothing where it was not finished. */
    @Override
    public void close() throws IOException {
        try {
            if (!inPlace) {
                Files.deleteIfExists(manifestPart);
                Files.deleteIfExists(part);
            }
        } finally {
            channel.close(); // and the lock with it
        }
    }
}
