package dev.nowake.agent.execute;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Further descriptors of a file under way, opened with its first chunk and closed after its last, so that however many
 * files a job has, few are open. Where they cannot be opened the file's own serves alone. Guarded by itself.
 */
final class SpareDescriptors {
    private final List<OpenFile> spare = new ArrayList<>();
    private int turn;

    /** Opens as many as are missing to {@code descriptors}, the file's own counted. */
    synchronized void open(FileAccess files, OpenFile own, int descriptors) {
        while (spare.size() < descriptors - 1) {
            try {
                spare.add(files.reopen(own));
            } catch (KernelException none) {
                return;
            }
        }
    }

    /** Each descriptor in turn. */
    synchronized OpenFile next(OpenFile own) {
        int at = turn++ % (spare.size() + 1);
        return at == 0 ? own : spare.get(at - 1);
    }

    synchronized void close() {
        spare.forEach(OpenFile::close);
        spare.clear();
    }
}
