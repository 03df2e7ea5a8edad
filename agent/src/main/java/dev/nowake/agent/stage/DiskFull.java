package dev.nowake.agent.stage;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** No space left, or no quota. */
final class DiskFull {
    private static final Errno EDQUOT = new Errno(122);

    private DiskFull() {}

    static boolean is(Exception failed) {
        if (failed instanceof KernelException kernel) {
            return kernel.errno().equals(Errno.ENOSPC) || kernel.errno().equals(EDQUOT);
        }
        String reason = failed instanceof FileSystemException named ? named.getReason() : failed.getMessage();
        return reason != null && (reason.contains("No space left") || reason.contains("Disk quota exceeded"));
    }

    static IOException of(StageFile file) {
        return new IOException("No space left on device for its " + file.sizeBytes()
                + " bytes; make room and run it again, what has arrived stays");
    }
}
