package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Evicts a model from the disk, file by file: all of them, or, when somebody has one open, none of those that are left. For
 * one thread.
 */
final class DiskEviction {
    /** Our own opens are events to listeners of this process, whose descriptors are there for a moment. */
    private static final long[] PAUSES_MILLIS = {2, 10, 50};

    private final Emptying emptying;
    private final Staying staying;
    private final DiskBudget budget;

    DiskEviction(Emptying emptying, Staying staying, DiskBudget budget) {
        this.emptying = emptying;
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
        Stayed before = stays(model);
        if (before != null) {
            return new ModelOutcome(model, 0, before, "");
        }
        long freed = 0;
        boolean lingers = false;
        try {
            for (Twin twin : model.twins()) {
                long bytes = budget.onDiskBytes(twin);
                if (bytes == 0) {
                    continue;
                }
                long shown = budget.shownFreeBytes();
                switch (emptying.empty(twin)) {
                    case EMPTIED -> {
                        freed += bytes;
                        budget.freed(bytes, budget.shownFreeBytes() - shown);
                    }
                    case IN_USE -> {
                        return new ModelOutcome(model, freed, Stayed.OPEN, freed > 0 ? "opened meanwhile" : "");
                    }
                    case LINGERS -> lingers = true;
                }
            }
        } catch (IOException failed) {
            return new ModelOutcome(model, freed, Stayed.FAILED, String.valueOf(failed.getMessage()));
        }
        return lingers
                ? new ModelOutcome(model, freed, Stayed.OPEN, "opened meanwhile, its space is free when it is closed")
                : ModelOutcome.gone(model, freed);
    }

    /** Null where nobody minds. */
    private Stayed stays(MirroredModel model) {
        if (staying.isKept(model)) {
            return Stayed.KEPT;
        }
        if (staying.isLoading(model)) {
            return Stayed.LOADING;
        }
        return staying.isOpen(model) ? Stayed.OPEN : null;
    }
}
