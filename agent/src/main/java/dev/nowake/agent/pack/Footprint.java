package dev.nowake.agent.pack;

import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;

/** What packing brings into page cache leaves it again, where nothing of the file was there before. Any thread. */
record Footprint(Kernel kernel) {
    /** Nothing of it is resident. False where that cannot be known. */
    boolean isCold(Path file) {
        try (OpenFile open = kernel.files().open(file)) {
            return kernel.pageCache().residency(open, 0, Long.MAX_VALUE).residentBytes() == 0;
        } catch (IOException gone) {
            return false;
        }
    }

    void drop(Path file) {
        drop(file, 0, Long.MAX_VALUE);
    }

    /** What cannot be dropped stays: it is page cache like any other. */
    void drop(Path file, long from, long to) {
        try (OpenFile open = kernel.files().open(file)) {
            var status = kernel.files().status(open);
            new Evictor(kernel, new HostMappings())
                    .evict(open, new FileId(status.device(), status.inode()), RangeSet.between(from, to), 0);
        } catch (IOException gone) {
            return; // nothing left to drop
        }
    }
}
