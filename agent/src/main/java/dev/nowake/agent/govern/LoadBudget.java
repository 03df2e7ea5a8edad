package dev.nowake.agent.govern;

import dev.nowake.agent.execute.ByteBudget;
import dev.nowake.agent.execute.Placement;

/** One load's part in the governor: what its prefetch acquires, and what is released behind its readers. Any thread. */
public final class LoadBudget implements ByteBudget, AutoCloseable {
    private final Governor governor;
    private final Ledger ledger;

    LoadBudget(Governor governor, Ledger ledger) {
        this.governor = governor;
        this.ledger = ledger;
    }

    @Override
    public boolean tryAcquire(long bytes, Placement placement) {
        return governor.tryAcquire(ledger, bytes, placement);
    }

    @Override
    public void settle(long acquiredBytes, long landedBytes, Placement placement) {
        governor.settle(ledger, acquiredBytes, landedBytes, placement);
    }

    @Override
    public void awaitRoom(long bytes, Placement placement, long nanos) throws InterruptedException {
        governor.awaitRoom(ledger, bytes, placement, nanos);
    }

    @Override
    public long largestAcquisitionBytes() {
        return governor.inFlightLimitBytes();
    }

    @Override
    public boolean isSinglePages(Placement placement) {
        return governor.isSinglePages(placement);
    }

    /** Pages of the load's files were dropped while it went on. */
    public void released(long bytes) {
        governor.released(ledger, bytes);
    }

    /** How fast its readers read now. */
    public void readsAt(long bytesPerSecond) {
        governor.readsAt(ledger, bytesPerSecond);
    }

    /** What it has and had: a moment's figures. */
    public RoomReport report() {
        return governor.report(ledger);
    }

    /** The load is over; chunks in flight still settle. */
    @Override
    public void close() {
        governor.close(ledger);
    }
}
