package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.file.Path;

/** What a file that is written through page cache leaves there. */
public final class CleanPages {
    private CleanPages() {}

    /** Drops the pages of a file that have been written to its disk and that nobody has mapped. */
    public static void drop(Kernel kernel, Path path) throws IOException {
        try (OpenFile file = kernel.files().open(path)) {
            kernel.pageCache().evict(file, 0, Long.MAX_VALUE);
        }
    }
}
