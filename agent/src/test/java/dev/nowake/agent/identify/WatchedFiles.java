package dev.nowake.agent.identify;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real files, with a list of those that were opened, and one path whose status fails with EIO. */
final class WatchedFiles implements FileAccess {
    final List<String> opened = new ArrayList<>();
    Path failing;

    @Override
    public OpenFile open(Path path) throws KernelException {
        opened.add(PathText.nameOf(path));
        return ModelTree.FILES.open(path);
    }

    @Override
    public OpenFile reopen(OpenFile file) throws KernelException {
        return ModelTree.FILES.reopen(file);
    }

    @Override
    public FileStatus status(OpenFile file) throws KernelException {
        return ModelTree.FILES.status(file);
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        if (path.equals(failing)) {
            throw new KernelException("statx", Errno.EIO);
        }
        return ModelTree.FILES.status(path);
    }

    @Override
    public Path path(OpenFile file) throws KernelException {
        return ModelTree.FILES.path(file);
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException {
        return ModelTree.FILES.read(file, offsetBytes, target, mode);
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return ModelTree.FILES.dataExtents(file, offsetBytes, lengthBytes);
    }
}
