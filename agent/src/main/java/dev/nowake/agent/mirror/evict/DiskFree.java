package dev.nowake.agent.mirror.evict;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of a disk is free, whoever fills it. Any thread. */
@FunctionalInterface
public interface DiskFree {
    /**
     * Bytes.
     *
     * @param freeBytes what users other than root may still write
     */
    record Look(long totalBytes, long freeBytes) {}

    Look look() throws IOException;

    /** Of the filesystem the folder lies on, by statvfs(3). */
    static DiskFree of(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        return () -> new Look(store.getTotalSpace(), store.getUsableSpace());
    }
}
