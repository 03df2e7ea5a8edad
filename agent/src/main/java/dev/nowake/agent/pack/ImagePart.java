package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.PathLock;
import dev.nowake.agent.stage.StageTree;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An image on its way: {@code .NAME.nowake-part} beside its target, locked, of which nothing is left unless it takes the target's
 * name. What a killed run left is written anew. It is written through its descriptor: whoever may write into the folder can put a
 * link in the place of its name.
 */
final class ImagePart implements AutoCloseable {
    private final Path target;
    private final Path part;
    private final Path manifestPart;
    private final Kernel kernel;
    private final PathLock lock;
    private final Path self;
    private boolean inPlace;

    private ImagePart(Path target, Path part, Kernel kernel, PathLock lock) throws IOException {
        this.target = target;
        this.part = part;
        this.manifestPart = StageTree.beside(Manifest.beside(target), ".nowake-part");
        this.kernel = kernel;
        this.lock = lock;
        Path process = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/self")));
        this.self = process.resolve("fd/" + lock.file().fd());
    }

    /** @throws PackException where another run writes it, or its folder takes no files */
    static ImagePart open(Kernel kernel, Path target) throws IOException {
        Path part = StageTree.beside(target, ".nowake-part");
        removeLeftover(kernel, part, target);
        try {
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
        } catch (FileAlreadyExistsException another) {
            throw taken(target);
        }
        PathLock lock = PathLock.take(kernel, part);
        if (lock == null) {
            throw taken(target);
        }
        boolean ours = false;
        try {
            FileStatus made = kernel.files().status(lock.file());
            if (made.sizeBytes() > 0 || made.links() > 1) {
                throw taken(target);
            }
            ImagePart image = new ImagePart(target, part, kernel, lock);
            ours = true;
            return image;
        } finally {
            if (!ours) {
                lock.close();
            }
        }
    }

    /** What a killed run started may write into it still. */
    private static void removeLeftover(Kernel kernel, Path part, Path target) throws IOException {
        try (PathLock leftover = PathLock.take(kernel, part)) {
            if (leftover == null) {
                throw taken(target);
            }
            Files.deleteIfExists(part);
        } catch (KernelException none) {
            if (none.errno().equals(Errno.ELOOP)) {
                throw new PackException(Kind.FAILED, PathText.of(part) + ": a link; remove it");
            }
            if (!none.errno().equals(Errno.ENOENT)) {
                throw none;
            }
        }
    }

    private static PackException taken(Path target) {
        return new PackException(
                Kind.FAILED, PathText.of(target) + ": another nowake pack writes it; wait for that one");
    }

    /** @throws PackException where that name leads to another file by now */
    Path path() throws IOException {
        requireName();
        return part;
    }

    /** A name of the file itself, for other processes too, as long as this is open. */
    Path self() {
        return self;
    }

    /** 0 after {@link #close}. */
    long sizeBytes() {
        try {
            return kernel.files().status(lock.file()).sizeBytes();
        } catch (KernelException | IllegalStateException closed) {
            return 0;
        }
    }

    private void requireName() throws IOException {
        FileStatus own = kernel.files().status(lock.file());
        try {
            FileStatus there = kernel.files().status(part);
            if (!Files.isSymbolicLink(part) && there.inode() == own.inode() && there.device() == own.device()) {
                return;
            }
        } catch (KernelException gone) {
            if (!gone.errno().equals(Errno.ENOENT)) {
                throw gone;
            }
        }
        throw new PackException(
                Kind.FAILED, PathText.of(part) + ": somebody removed or replaced it; pack where nobody else writes");
    }

    void force() throws IOException {
        kernel.fileSpace().sync(lock.file());
    }

    /** The manifest first: where there is an image, there is what it is checked against. */
    void finish(Manifest manifest) throws IOException {
        requireName();
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
            lock.close();
        }
    }
}
