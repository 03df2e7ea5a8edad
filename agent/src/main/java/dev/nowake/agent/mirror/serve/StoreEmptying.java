package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.Emptying;
import dev.nowake.agent.mirror.store.MirroredFile;
import dev.nowake.agent.mirror.store.Store;
import java.io.IOException;

/**
 * Takes a file's bytes by putting an empty file in its place, which the gate guards before anybody can open it. One thread.
 *
 * <p>Emptying the file itself was tried and is worse: who opens it while a lease is held on it may get a descriptor that never
 * asks the gate, because that is decided before he waits for the lease; and a marked file cannot be emptied under a lease,
 * because that raises an event, for which the gate gets a descriptor of the file, which waits for the lease.
 */
final class StoreEmptying implements Emptying {
    private final Store store;
    private final Fills fills;
    private final Spare spare;

    StoreEmptying(Store store, Fills fills, Spare spare) {
        this.store = store;
        this.fills = fills;
        this.spare = spare;
    }

    @Override
    public Result empty(Twin twin) throws IOException {
        MirroredFile file = store.twin(twin.id())
                .orElseThrow(() -> new IOException(twin.local() + " is not of the mirror any more"));
        MirroredFile next;
        try {
            next = store.evictUnused(file);
        } catch (IOException full) {
            if (!spare.give()) {
                throw full;
            }
            next = store.evictUnused(file);
        }
        if (next == null) {
            return Result.IN_USE;
        }
        fills.forget(twin); // what was expected of it would be brought for nobody
        store.tidy();
        spare.keep();
        return store.twin(twin.id()).isEmpty() ? Result.EMPTIED : Result.LINGERS;
    }
}
