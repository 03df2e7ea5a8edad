package dev.nowake.kernel.contract;

import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.util.ArrayList;
import java.util.List;

/** An event and what can only be asked of it while it is delivered. */
public record Seen(long mask, int pid, FileStatus status, FolderHandle folder, String name, OpenFile file) {
    static final int PATIENCE_MILLIS = 10_000;

    /** Longer than an event takes, short enough to wait for none. */
    static final int SILENCE_MILLIS = 50;

    public boolean has(long bits) {
        return (mask & bits) != 0;
    }

    /** All events until there are no more for a while. */
    public static List<Seen> drain(EventGroup group, Kernel kernel) throws KernelException {
        List<Seen> seen = new ArrayList<>();
        int timeoutMillis = PATIENCE_MILLIS;
        while (group.read(timeoutMillis, event -> seen.add(look(event, kernel))) > 0) {
            timeoutMillis = SILENCE_MILLIS;
        }
        return seen;
    }

    private static Seen look(FileEvent event, Kernel kernel) {
        try {
            FileStatus status = event.file() == null ? null : kernel.files().status(event.file());
            String name = event.name() == null ? null : new String(event.name());
            return new Seen(event.mask(), event.pid(), status, event.folder(), name, event.file());
        } catch (KernelException e) {
            throw new AssertionError(e);
        }
    }
}
