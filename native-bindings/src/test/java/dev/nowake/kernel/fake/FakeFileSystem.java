package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names and inodes. Guarded by the kernel's lock. Paths are absolute. */
final class FakeFileSystem {
    private static final int MAX_LINKS_FOLLOWED = 40;

    private final List<FakeMount> mounts = new ArrayList<>();
    private final Map<Path, FakeInode> names = new TreeMap<>();
    private long nextInode = 1000;

    void mount(FakeMount mount) {
        mounts.add(mount);
        names.put(mount.mountPoint(), FakeInode.folder(mount, nextInode++));
    }

    /** The mount with the longest mount point above a path. */
    FakeMount mountOf(Path path) {
        FakeMount best = null;
        for (FakeMount mount : mounts) {
            boolean inside = path.startsWith(mount.mountPoint());
            if (inside
                    && (best == null
                            || mount.mountPoint().getNameCount()
                                    >= best.mountPoint().getNameCount())) {
                best = mount;
            }
        }
        if (best == null) {
            throw new IllegalStateException("no fake mount above " + path);
        }
        return best;
    }

    /** Makes the folders above a path; each made is returned, outermost first. */
    List<Path> addFolders(Path folder) {
        List<Path> made = new ArrayList<>();
        Path at = folder;
        while (at != null && !names.containsKey(at)) {
            made.addFirst(at);
            at = at.getParent();
        }
        for (Path path : made) {
            names.put(path, FakeInode.folder(mountOf(path), nextInode++));
        }
        return made;
    }

    FakeInode addFile(Path path, FakeContent content) {
        return put(path, FakeInode.file(mountOf(path), nextInode++, content));
    }

    FakeInode addFile(Path path, FakeContent content, long inode) {
        return put(path, FakeInode.file(mountOf(path), inode, content));
    }

    FakeInode addLink(Path path, String target) {
        return put(path, FakeInode.link(mountOf(path), nextInode++, target));
    }

    FakeInode put(Path path, FakeInode inode) {
        FakeInode old = names.put(path, inode);
        if (old != null) {
            old.links--;
        }
        return inode;
    }

    FakeInode remove(Path path) {
        FakeInode inode = names.remove(path);
        if (inode != null) {
            inode.links--;
        }
        return inode;
    }

    /** Everything below a folder, the folder not included. */
    List<Path> below(Path folder) {
        return names.keySet().stream()
                .filter(path -> path.startsWith(folder) && !path.equals(folder))
                .toList();
    }

    /** All there are, in the order of their names. */
    Collection<FakeInode> inodes() {
        return names.values();
    }

    /** The inode of a name as it stands, links not followed; null for none. */
    FakeInode at(Path path) {
        return path == null ? null : names.get(path);
    }

    FakeInode find(String call, Path path) throws KernelException {
        return names.get(resolve(call, path));
    }

    /** Follows links in every part of the path, the last included. */
    Path resolve(String call, Path path) throws KernelException {
        Path rest = path.toAbsolutePath();
        Path done = rest.getRoot();
        int followed = 0;
        while (rest.getNameCount() > 0) {
            Path name = rest.getName(0);
            rest = rest.getNameCount() == 1 ? Path.of("/") : Path.of("/").resolve(rest.subpath(1, rest.getNameCount()));
            if (name.toString().equals("..")) {
                done = done.getParent() == null ? done : done.getParent();
                continue;
            }
            if (name.toString().equals(".")) {
                continue;
            }
            Path next = done.resolve(name);
            FakeInode inode = names.get(next);
            if (inode == null) {
                // Only mounts and what is on them have inodes; the folders above a mount just are.
                if (mounts.stream().anyMatch(mount -> mount.mountPoint().startsWith(next))) {
                    done = next;
                    continue;
                }
                FakeInode above = names.get(done);
                throw new KernelException(call, above != null && !above.folder ? Errno.ENOTDIR : Errno.ENOENT);
            }
            if (inode.linkTarget == null) {
                done = next;
                continue;
            }
            if (++followed > MAX_LINKS_FOLLOWED) {
                throw new KernelException(call, Errno.ELOOP);
            }
            Path target = done.resolve(inode.linkTarget);
            rest = rest.getNameCount() == 0
                    ? target
                    : target.resolve(Path.of("/").relativize(rest));
            done = rest.getRoot();
        }
        if (names.get(done) == null) {
            throw new KernelException(call, Errno.ENOENT);
        }
        return done;
    }
}
