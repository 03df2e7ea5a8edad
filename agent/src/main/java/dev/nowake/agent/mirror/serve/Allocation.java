package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.Room;
import dev.nowake.agent.mirror.gate.Blocks;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Gives incomplete files all their blocks, those of holes on the remote as well: whether it has any cannot be told from its
 * blocks where it compresses.
 */
final class Allocation implements Blocks {
    private static final long TOLD_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Kernel kernel;
    private final Room room;
    private final Consumer<String> told;
    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - TOLD_AGAIN_NANOS);

    Allocation(Kernel kernel, Room room, Consumer<String> told) {
        this.kernel = kernel;
        this.room = room;
        this.told = told;
    }

    @Override
    public void give(Twin twin) throws FillFailure {
        try {
            FileStatus local = kernel.files().status(twin.local());
            long missingBytes = local.sizeBytes() - local.allocatedBytes();
            if (missingBytes > 0) {
                give(twin, local.sizeBytes(), missingBytes);
            }
        } catch (KernelException refused) {
            boolean full =
                    refused.errno().equals(Errno.ENOSPC) || refused.errno().equals(Errno.EDQUOT);
            String why = PathText.of(twin.local()) + " cannot be opened: it gets no blocks: " + refused.getMessage();
            tell(why);
            throw new FillFailure(full ? Errno.ENOSPC : Errno.EIO, why, refused);
        }
    }

    private void tell(String why) {
        long last = toldNanos.get();
        long now = System.nanoTime();
        if (now - last >= TOLD_AGAIN_NANOS && toldNanos.compareAndSet(last, now)) {
            told.accept(why);
        }
    }

    private void give(Twin twin, long sizeBytes, long missingBytes) throws KernelException {
        try (OpenFile file = kernel.fileSpace().openForWriting(twin.local())) {
            FileStatus status = kernel.files().status(file);
            if (!new FileId(status.device(), status.inode()).equals(twin.id())) {
                return; // its name is another's by now
            }
            try {
                kernel.fileSpace().allocate(file, 0, sizeBytes);
            } catch (KernelException full) {
                if (!full.errno().equals(Errno.ENOSPC) || !room.make(missingBytes)) {
                    throw full;
                }
                kernel.fileSpace().allocate(file, 0, sizeBytes);
            }
        }
    }
}
