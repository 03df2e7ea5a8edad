package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.listen.SightingSink;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where a lane's listeners put what they hear; everything goes to its engine. Where something was missed, all is looked at. */
final class Ears implements SightingSink {
    /** Lost events come in crowds, when descriptors run out; one look answers all of this long. */
    private static final long RESCAN_NANOS = 50_000_000L;

    private final Parts parts;
    private final Arrivals arrivals;
    private final AtomicBoolean rescanDue = new AtomicBoolean();
    private volatile Models models;
    private volatile Intake intake;

    Ears(Parts parts) {
        this.parts = parts;
        this.arrivals = new Arrivals(parts.claims(), parts.counters());
    }

    /** Before there is anything to hear: who knows the files, and who takes what happens to them. */
    void hearFor(Models known, Intake taking) {
        models = known;
        intake = taking;
    }

    /** Looks soon who has what open or mapped: opens and closes may have gone unheard. Any thread. */
    void rescanSoon() {
        if (rescanDue.compareAndSet(false, true)) {
            parts.engine()
                    .submit(() -> parts.engine().at(System.nanoTime() + RESCAN_NANOS, () -> {
                        rescanDue.set(false);
                        models.rescan(intake::rescanned);
                    }));
        }
    }

    @Override
    public boolean wants(FileId id, long mask) {
        return models.wants(id, mask);
    }

    @Override
    public void seen(Sighting sighting) {
        FileId id = sighting.id();
        switch (arrivals.add(sighting)) {
            case FIRST -> parts.engine().submit(() -> arrivals.take(id, intake::seen));
            case MERGED -> {}
            case LOST -> overflowed();
        }
    }

    @Override
    public void overflowed() {
        if (!rescanDue.get()) {
            parts.journal()
                    .line(LineKind.OVERFLOW)
                    .put("reason", "events were lost: looking at everything again")
                    .log();
        }
        rescanSoon();
    }

    @Override
    public void folderChanged(Path folder) {
        parts.engine().submit(() -> models.folderChanged(folder));
    }

    @Override
    public void folderGone(Path folder) {
        models.folderGone(folder);
    }

    @Override
    public void failed(String what, Throwable cause) {
        parts.counters().increment(Counter.ERRORS);
        parts.journal()
                .line(LineKind.ERROR)
                .put("reason", what + ": " + cause.getMessage())
                .log();
    }
}
