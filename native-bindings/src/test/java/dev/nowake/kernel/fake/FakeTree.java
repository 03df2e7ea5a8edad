package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Mounts, folders and files of a fake host, as tests arrange them. */
abstract sealed class FakeTree permits FakeKernel {
    final FakeHost host;

    FakeTree(FakeHost host) {
        this.host = host;
    }

    public void mount(FakeMount mount) {
        synchronized (host.lock) {
            host.fileSystem.addFolders(mount.mountPoint());
            host.fileSystem.mount(mount);
        }
    }

    /** Adds a file and the folders above it, without events. Replaces what was there. */
    public Path addFile(String path, FakeContent content) {
        Path file = Path.of(path);
        synchronized (host.lock) {
            host.fileSystem.addFolders(file.getParent());
            host.fileSystem.addFile(file, content);
        }
        return file;
    }

    public Path addFile(String path, byte[] content) {
        return addFile(path, FakeContent.of(content));
    }

    /** A synthetic file of any size. */
    public Path addFile(String path, long sizeBytes) {
        return addFile(path, FakeContent.synthetic(sizeBytes));
    }

    public Path addFolder(String path) {
        synchronized (host.lock) {
            host.fileSystem.addFolders(Path.of(path));
        }
        return Path.of(path);
    }

    public Path addSymbolicLink(String path, String target) {
        Path link = Path.of(path);
        synchronized (host.lock) {
            host.fileSystem.addFolders(link.getParent());
            host.fileSystem.addLink(link, target);
        }
        return link;
    }

    public Path addHardLink(String path, Path existing) throws KernelException {
        Path link = Path.of(path);
        synchronized (host.lock) {
            FakeInode inode = host.fileSystem.find("link", existing);
            host.fileSystem.addFolders(link.getParent());
            host.fileSystem.put(link, inode);
            inode.links++;
        }
        return link;
    }

    /**
     * Takes a real folder over: same paths, devices, inode numbers and contents, so that code which lists folders through
     * the JDK, or reads {@link FakeKernel#writeProc}'s tree, meets the same files here.
     */
    public void adopt(Path realFolder) throws IOException {
        long device = (Long) Files.getAttribute(realFolder, "unix:dev");
        synchronized (host.lock) {
            if (host.fileSystem.mountOf(realFolder).device() != device) {
                mount(FakeMount.ext4(realFolder.toString(), device));
            }
        }
        try (Stream<Path> tree = Files.walk(realFolder)) {
            for (Path path : (Iterable<Path>) tree::iterator) {
                adoptOne(path);
            }
        }
    }

    /** Takes over one file that has appeared, without an event. */
    public void adoptOne(Path path) throws IOException {
        synchronized (host.lock) {
            if (Files.isSymbolicLink(path)) {
                host.fileSystem.addLink(path, Files.readSymbolicLink(path).toString());
            } else if (Files.isDirectory(path)) {
                host.fileSystem.addFolders(path);
            } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                long inode = (Long) Files.getAttribute(path, "unix:ino");
                host.fileSystem.addFolders(path.getParent());
                host.fileSystem.addFile(path, FakeContent.real(path), inode);
            }
        }
    }

    /** Makes a folder as a process would: with an event. */
    public Path makeFolder(String path, int pid) {
        Path folder = Path.of(path);
        synchronized (host.lock) {
            for (Path made : host.fileSystem.addFolders(folder)) {
                host.emitName(FileEvent.CREATE, host.fileSystem.at(made), made, pid);
            }
        }
        return folder;
    }

    /** Unlinks a file, or removes a folder with all in it; open files live on. */
    public void delete(Path path, int pid) {
        synchronized (host.lock) {
            host.fileSystem.below(path).reversed().forEach(below -> deleteOne(below, pid));
            deleteOne(path, pid);
        }
    }

    private void deleteOne(Path path, int pid) {
        FakeInode inode = host.fileSystem.remove(path);
        if (inode != null) {
            host.emitName(FileEvent.DELETE, inode, path, pid);
            host.emitName(FileEvent.DELETE_SELF, inode, path, pid);
        }
    }

    /** Renames a file or folder, what is in it included. */
    public void rename(Path from, Path to, int pid) throws KernelException {
        synchronized (host.lock) {
            FakeInode inode = host.fileSystem.at(from);
            if (inode == null) {
                throw new KernelException("rename", Errno.ENOENT);
            }
            List<Path> below = host.fileSystem.below(from);
            host.fileSystem.remove(from);
            host.emitName(FileEvent.MOVED_FROM, inode, from, pid);
            host.fileSystem.put(to, inode).links++;
            for (Path each : below) {
                FakeInode moved = host.fileSystem.remove(each);
                host.fileSystem.put(to.resolve(from.relativize(each)), moved).links++;
            }
            for (FakeDescription open : host.allDescriptions()) {
                if (open.path.startsWith(from)) {
                    open.path = open.path.equals(from) ? to : to.resolve(from.relativize(open.path));
                }
            }
            host.emitName(FileEvent.MOVED_TO, inode, to, pid);
            host.emitName(FileEvent.MOVE_SELF, inode, to, pid);
        }
    }

    public void truncate(Path path, long sizeBytes) {
        synchronized (host.lock) {
            inode(path).truncate(sizeBytes);
        }
    }

    FakeInode inode(Path path) {
        try {
            return host.fileSystem.find("find", path);
        } catch (KernelException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }
}
