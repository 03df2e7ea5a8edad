package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the fake's ports share: names, descriptors, event groups, processes. {@link #lock} guards all of it; the script
 * runs without it.
 */
final class FakeHost {
    final Object lock = new Object();
    final Script script = new Script();
    final FakeFileSystem fileSystem = new FakeFileSystem();
    final List<FakeEventGroup> groups = new ArrayList<>();
    final Map<Integer, FakeReader> processes = new TreeMap<>();
    final FakePlacement placement = new FakePlacement(this);

    /** The pid of the program under test. */
    int ownPid = (int) ProcessHandle.current().pid();

    int descriptorLimit = 1 << 16;
    int queueLimit = 16_384;
    int markLimit = Integer.MAX_VALUE;
    boolean holdReadahead;
    final Map<Integer, FakeDescription> descriptors = new HashMap<>();
    final Map<Integer, FakeReader> processDescriptors = new HashMap<>();
    private int nextDescriptor = 3;

    /** Opens by name, for a process or ourselves. Lock held. */
    FakeDescription openByName(Path path, Path shown, int pid, boolean writable) throws KernelException {
        Path real = fileSystem.resolve("open", path);
        FakeInode inode = fileSystem.at(real);
        return open(new FakeDescription(inode, real, shown, pid, writable, false));
    }

    /** Lock held. */
    FakeDescription open(FakeDescription opened) {
        FakeInode inode = opened.inode;
        inode.references++;
        if (inode.isRegular() && !inode.mount.keepsPagesAcrossOpens()) {
            inode.pages.dropFrom(0);
        }
        if (!opened.silent) {
            emit(FileEvent.OPEN, opened);
        }
        return opened;
    }

    /** One user of a description is gone; the last one closes it. Lock held. */
    void release(FakeDescription description) {
        if (--description.references > 0) {
            return;
        }
        description.inode.references--;
        if (description.inode.lockedBy == description) {
            description.inode.lockedBy = null;
        }
        if (!description.silent) {
            emit(description.writable ? FileEvent.CLOSE_WRITE : FileEvent.CLOSE_NOWRITE, description);
        }
    }

    void emit(long bit, FakeDescription description) {
        FakeInode parent = fileSystem.at(description.path.getParent());
        for (FakeEventGroup group : groups) {
            group.offer(bit, description.inode, parent, description.path, description.shown(), description.pid);
        }
    }

    /** An event about a name in a folder. Lock held. */
    void emitName(long bit, FakeInode inode, Path path, int pid) {
        FakeInode parent = fileSystem.at(path.getParent());
        for (FakeEventGroup group : groups) {
            group.offerName(bit, inode, parent, path, pid);
        }
    }

    /** Gives a description a number of ours. Lock held. */
    OpenFile own(FakeDescription description) {
        int fd = nextDescriptor++;
        descriptors.put(fd, description);
        return new OpenFile(fd, this::closeDescriptor);
    }

    OpenFile own(FakeReader process) {
        int fd = nextDescriptor++;
        processDescriptors.put(fd, process);
        return new OpenFile(fd, this::closeDescriptor);
    }

    /** EMFILE at the limit. Lock held. */
    void requireFreeDescriptor(String call) throws KernelException {
        if (descriptors.size() + processDescriptors.size() >= descriptorLimit) {
            throw new KernelException(call, Errno.EMFILE);
        }
    }

    FakeDescription description(String call, OpenFile file) throws KernelException {
        FakeDescription description;
        int fd = file.fd();
        synchronized (lock) {
            description = descriptors.get(fd);
        }
        if (description == null) {
            throw new KernelException(call, Errno.EBADF);
        }
        return description;
    }

    private void closeDescriptor(int fd) {
        synchronized (lock) {
            FakeDescription description = descriptors.remove(fd);
            if (description != null) {
                release(description);
            } else {
                processDescriptors.remove(fd);
            }
        }
    }

    /** Everything that has a file open. Lock held. */
    List<FakeDescription> allDescriptions() {
        List<FakeDescription> all = new ArrayList<>(descriptors.values());
        processes.values().forEach(process -> all.addAll(process.descriptions()));
        return all;
    }
}
