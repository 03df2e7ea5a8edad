package dev.nowake.agent.demo;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How much of a model is in page cache. Opens each file only for the moment of looking, so that it never counts as a
 * reader for long.
 */
final class ResidencyProbe {
    private final Kernel kernel;
    private final List<Path> files;

    ResidencyProbe(Kernel kernel, List<Path> files) {
        this.kernel = kernel;
        this.files = files;
    }

    /** Of each file. */
    List<Long> residentBytes() throws KernelException {
        List<Long> bytes = new ArrayList<>(files.size());
        for (Path path : files) {
            try (OpenFile file = kernel.files().open(path)) {
                long size = kernel.files().status(file).sizeBytes();
                bytes.add(
                        Math.max(0, kernel.pageCache().residency(file, 0, size).residentBytes()));
            }
        }
        return bytes;
    }

    /** Brings the files in once, so that memory is not touched for the first time while something is measured. */
    void touchMemory() throws KernelException {
        for (Path path : files) {
            try (OpenFile file = kernel.files().open(path)) {
                kernel.pageCache().sendfile(file, 0, kernel.files().status(file).sizeBytes());
            }
        }
    }

    void evict() throws KernelException {
        for (Path path : files) {
            try (OpenFile file = kernel.files().open(path)) {
                kernel.pageCache().evict(file, 0, kernel.files().status(file).sizeBytes());
            }
        }
    }
}
