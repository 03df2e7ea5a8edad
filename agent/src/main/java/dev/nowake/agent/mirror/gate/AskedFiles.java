package dev.nowake.agent.mirror.gate;

import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.model.FileId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Descriptors that raise no events, for files nobody waits for: this process reads a byte, and the event it raises by that
 * carries one. Thread-safe.
 */
final class AskedFiles {
    private final PermissionGroup group;
    private final Kernel kernel;
    private final Map<FileId, Deque<CompletableFuture<OpenFile>>> waiting = new HashMap<>();

    AskedFiles(PermissionGroup group, Kernel kernel) {
        this.group = group;
        this.kernel = kernel;
    }

    /** Waits until the gate's thread has seen the event; the caller closes what it gets. */
    OpenFile ask(FileId id, Path path) throws KernelException {
        CompletableFuture<OpenFile> shared = new CompletableFuture<>();
        synchronized (waiting) {
            waiting.computeIfAbsent(id, any -> new ArrayDeque<>()).add(shared);
        }
        try (OpenFile file = kernel.files().open(path)) {
            kernel.files().read(file, 0, ByteBuffer.allocateDirect(1), ReadMode.NORMAL);
        } finally {
            forget(id, shared);
        }
        OpenFile silent = shared.getNow(null);
        return silent != null ? silent : kernel.fileSpace().openForWriting(path); // no mark stands any more
    }

    private void forget(FileId id, CompletableFuture<OpenFile> shared) {
        synchronized (waiting) {
            Deque<CompletableFuture<OpenFile>> all = waiting.get(id);
            if (all != null) {
                all.remove(shared);
                if (all.isEmpty()) {
                    waiting.remove(id);
                }
            }
        }
    }

    /** On the gate's thread: an event of this process, before it is let through. */
    void share(int event, FileId id) {
        CompletableFuture<OpenFile> first;
        synchronized (waiting) {
            Deque<CompletableFuture<OpenFile>> all = waiting.get(id);
            first = all == null ? null : all.poll();
        }
        if (first != null) {
            try {
                first.complete(group.share(event));
            } catch (KernelException noDescriptors) {
                first.complete(null);
            }
        }
    }
}
