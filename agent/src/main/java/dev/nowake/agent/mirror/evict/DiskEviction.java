package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Evicts a model from the disk, all of its files or, when somebody opens one in between, none of those that are left. For one
 * thread. In this order, so that whatever breaks, and whenever, every byte is right or known to be missing:
 *
 * <ol>
 *   <li>All files are opened. Nothing else is opened while leases are held: an open waits for them, this process's own too.
 *   <li>A write lease is taken on each: nobody has the model open or mapped, and who opens it now waits.
 *   <li>The gate marks each and holds it: descriptors opened from now on ask before they read, and get no answer yet.
 *   <li>The leases are asked for again. Who was on his way before the marks may get a descriptor that never asks, and would
 *       read zeros; he is seen here, and the model is left.
 *   <li>The leases go. They are held for a moment only, because emptying a marked file raises an event, for which the gate's
 *       thread gets a descriptor of the file, which waits for the lease: with it held, both hang for the 45 s after which the
 *       kernel breaks leases (measured on 6.18).
 *   <li>Each file is emptied, the record of it first, and then let go. When somebody has one that is left, the rest stays.
 * </ol>
 */
final class DiskEviction {
    /** Our own opens are events to listeners of this process, whose descriptors are there for a moment. */
    private static final long[] PAUSES_MILLIS = {2, 10, 50};

    /** Somebody runs it as a program. */
    private static final Errno ETXTBSY = new Errno(26);

    private final Kernel kernel;
    private final GateHold gate;
    private final Staying staying;
    private final DiskBudget budget;

    DiskEviction(Kernel kernel, GateHold gate, Staying staying, DiskBudget budget) {
        this.kernel = kernel;
        this.gate = gate;
        this.staying = staying;
        this.budget = budget;
    }

    ModelOutcome evict(MirroredModel model) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            ModelOutcome outcome = attempt(model);
            boolean again = outcome.stayed() == Stayed.OPEN && outcome.freedBytes() == 0;
            if (!again || attempt == PAUSES_MILLIS.length) {
                return outcome;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSES_MILLIS[attempt]);
        }
    }

    private ModelOutcome attempt(MirroredModel model) {
        if (staying.isKept(model)) {
            return ModelOutcome.left(model, Stayed.KEPT);
        }
        if (staying.isLoading(model)) {
            return ModelOutcome.left(model, Stayed.LOADING);
        }
        try (Attempt attempt = new Attempt(model)) {
            return attempt.run();
        }
    }

    /** A file of the model, open. */
    private record Held(Twin twin, OpenFile file) {}

    /** One try at one model. */
    private final class Attempt implements AutoCloseable {
        private final MirroredModel model;
        private final List<Held> files = new ArrayList<>();

        /** Files the gate holds. */
        private final List<Held> held = new ArrayList<>();

        private long freedBytes;

        Attempt(MirroredModel model) {
            this.model = model;
        }

        ModelOutcome run() {
            try {
                for (Twin twin : model.twins()) {
                    open(twin);
                }
                if (!nobodyHasIt()) {
                    return left();
                }
                while (!held.isEmpty()) {
                    if (isOpenElsewhere()) {
                        return left();
                    }
                    empty(held.getFirst());
                }
                return ModelOutcome.gone(model, freedBytes);
            } catch (KernelException refused) {
                boolean taken =
                        refused.errno().equals(Errno.EAGAIN) || refused.errno().equals(ETXTBSY);
                return taken ? left() : failed(refused);
            } catch (IOException failed) {
                return failed(failed);
            }
        }

        /** One that is gone, or another one by now, has nothing to give. */
        private void open(Twin twin) throws KernelException {
            OpenFile file;
            try {
                file = kernel.files().open(twin.local());
            } catch (KernelException missing) {
                if (missing.errno().equals(Errno.ENOENT)) {
                    return;
                }
                throw missing;
            }
            files.add(new Held(twin, file));
            FileStatus status = kernel.files().status(file);
            if (!twin.id().equals(new FileId(status.device(), status.inode()))) {
                files.removeLast().file().close();
            }
        }

        /** True where the gate holds all files and none of them is open anywhere else. */
        private boolean nobodyHasIt() throws IOException {
            boolean[] alone = new boolean[1];
            kernel.leases().whileAlone(files.stream().map(Held::file).toList(), () -> {
                for (Held each : files) {
                    gate.hold(each.twin(), each.file());
                    held.add(each);
                }
                alone[0] = true;
                for (Held each : files) {
                    alone[0] &= kernel.leases().stillAlone(each.file());
                }
            });
            return alone[0];
        }

        /** Any that is left: who has one waits for no more than one file's emptying. */
        private boolean isOpenElsewhere() throws KernelException {
            for (Held each : held) {
                if (kernel.leases().heldElsewhere(each.file())) {
                    return true;
                }
            }
            return false;
        }

        private void empty(Held each) throws IOException {
            long before = kernel.files().status(each.file()).allocatedBytes();
            long shown = budget.shownFreeBytes();
            try {
                each.twin().clear();
            } finally {
                long freed =
                        Math.max(0, before - kernel.files().status(each.file()).allocatedBytes());
                freedBytes += freed;
                budget.freed(freed, budget.shownFreeBytes() - shown);
            }
            held.remove(each);
            release(each);
        }

        private void release(Held each) {
            try {
                gate.release(each.twin(), each.file());
            } catch (IOException marked) {
                return; // a mark too many
            }
        }

        private ModelOutcome left() {
            return new ModelOutcome(model, freedBytes, Stayed.OPEN, freedBytes > 0 ? "opened meanwhile" : "");
        }

        private ModelOutcome failed(IOException why) {
            return new ModelOutcome(model, freedBytes, Stayed.FAILED, String.valueOf(why.getMessage()));
        }

        @Override
        public void close() {
            held.forEach(this::release);
            files.forEach(each -> each.file().close());
        }
    }
}
