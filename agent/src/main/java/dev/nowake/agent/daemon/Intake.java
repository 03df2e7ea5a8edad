package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes what listeners heard and keeps the loads: begins them, notes opens and closes. Belongs to the engine's thread. */
final class Intake {
    private final Parts parts;
    private final Models models;
    private final Planning planning;
    private final Opens opens;
    private final ModelTable table;
    private final Written written;
    private final LastReader lastReader;
    private final ShardFiles files;
    private final Baseline baseline;
    private final Vacancies vacancies;
    private final Onlookers onlookers;

    Intake(
            Parts parts,
            Models models,
            Planning planning,
            Opens opens,
            ModelTable table,
            Written written,
            LastReader lastReader,
            ShardFiles files,
            Baseline baseline,
            Vacancies vacancies) {
        this.parts = parts;
        this.models = models;
        this.planning = planning;
        this.opens = opens;
        this.table = table;
        this.written = written;
        this.lastReader = lastReader;
        this.files = files;
        this.baseline = baseline;
        this.vacancies = vacancies;
        this.onlookers = new Onlookers(parts.procRoot());
    }

    void seen(Sighting sighting) {
        ActiveLoad active = parts.book().of(sighting.id());
        boolean known = active != null && active.load().readers().containsKey(sighting.pid());
        if (!known && sighting.isOpen() && onlookers.contains(sighting.pid())) {
            if (onlookers.moved(sighting.pid())) {
                baseline.forget(sighting.id());
            }
            drop(sighting);
            return;
        }
        if (sighting.isOpen() && vacancies.isPast(sighting)) {
            drop(sighting);
            return;
        }
        if (active != null && active.isLeft() && sighting.isOpen()) {
            lastReader.end(active); // nothing is fetched for it: who comes now begins another
        }
        if (active != null && active.load().state() == LoadState.RELEASING) {
            comesBack(active, sighting);
            return;
        }
        if (active == null) {
            if (!sighting.isOpen()) {
                unread(sighting);
                return;
            }
            CatalogEntry entry = models.of(sighting.id());
            if (entry == null) {
                models.identify(sighting, this::seenLate, this::drop);
                return;
            }
            active = begin(entry, sighting.pid());
        }
        use(active, sighting);
    }

    /** An open heard some time after it happened: its close may have been heard, and dropped, before it. */
    private void seenLate(Sighting sighting) {
        seen(sighting);
        lookWhetherClosed(sighting);
    }

    private void lookWhetherClosed(Sighting sighting) {
        ActiveLoad active = parts.book().of(sighting.id());
        if (active != null && active.load().state() == LoadState.LOADING) {
            TrackedShard shard = active.load().shard(sighting.id());
            if (shard.inUse()) {
                lastReader.closeSeen(active, shard);
            }
        }
    }

    /**
     * Somebody opens the model while its pages are being dropped: stop that, and begin anew when it has stopped. One who has
     * gone again already needs nothing, but what he brought in goes with a load of its own.
     */
    private void comesBack(ActiveLoad active, Sighting sighting) {
        if (sighting.isOpen() && lastReader.isHeld(active, sighting)) {
            active.releaseAbandoned().set(true);
        }
        if (sighting.isOpen() || sighting.wasWritten()) {
            active.deferred().add(sighting);
        } else {
            drop(sighting);
        }
    }

    /**
     * The load is out of the book: what came meanwhile is heard now, all of it before anybody is looked for, so that it is
     * one load and not one for each open.
     */
    void ended(ActiveLoad active) {
        used(active.load());
        written.ended(active.load());
        active.deferred().forEach(this::seen);
        active.deferred().forEach(this::lookWhetherClosed);
    }

    /** A close without a load: nothing to do but to forget what a writer made untrue. */
    private void unread(Sighting sighting) {
        if (sighting.wasWritten()) {
            baseline.forget(sighting.id());
            models.changed(sighting);
            written.closed(sighting.id());
        }
        boolean moved = onlookers.moved(sighting.pid());
        drop(sighting);
        if (moved) {
            models.lookAgain(sighting.id());
        }
    }

    private void used(Load load) {
        load.shards().forEach(shard -> table.used(shard.shard().id()));
    }

    private void drop(Sighting sighting) {
        if (sighting.file() != null) {
            sighting.file().close();
            parts.claims().release(sighting.id());
        }
    }

    /** {@code pid}: the first reader, by which the rule is chosen; later ones do not change it. */
    private ActiveLoad begin(CatalogEntry entry, int pid) {
        ActiveLoad active = LoadStart.of(parts, models.rules(), models.shardsOf(entry), entry, pid);
        parts.book().begin(active);
        used(active.load());
        parts.counters().increment(Counter.LOADS);
        return active;
    }

    private void use(ActiveLoad active, Sighting sighting) {
        Load load = active.load();
        TrackedShard shard = load.shard(sighting.id());
        load.used(sighting.atNanos());
        boolean heldLate = take(shard, sighting) && shard.inUse();
        if (heldLate && !sighting.isOpen()) {
            // its open could not be planned for, because this descriptor was still on its way
            planning.ask(active, Trigger.PROGRESS, shard);
        }
        if (sighting.isOpen()) {
            opens.seen(active, shard, sighting);
        }
        if (sighting.wasWritten()) {
            changed(active, shard, sighting);
        }
        if (sighting.isClose()) {
            lastReader.closeSeen(active, shard);
        }
    }

    /** Returns whether the shard had no descriptor before and has one now. */
    private boolean take(TrackedShard shard, Sighting sighting) {
        if (sighting.file() == null) {
            return false;
        }
        boolean first = shard.file() == null;
        shard.hold(sighting.file());
        if (first) {
            files.lookBefore(shard);
        }
        return first;
    }

    /** What a writer left in page cache is not ours to drop. */
    private void changed(ActiveLoad active, TrackedShard shard, Sighting sighting) {
        shard.residentBefore(RangeSet.between(
                0, Math.max(shard.shard().sizeBytes(), sighting.status().sizeBytes())));
        shard.markWritten();
        baseline.forget(sighting.id());
        models.changed(sighting);
        planning.ask(active, Trigger.WRITTEN, shard);
    }

    /** Where the kernel tells no opens: {@code inUse} are all model files found open or mapped, each with one user. */
    void looked(List<Sighting> inUse) {
        Set<FileId> used = inUse.stream().map(Sighting::id).collect(Collectors.toSet());
        for (ActiveLoad active : List.copyOf(parts.book().active())) {
            for (TrackedShard shard : active.load().shards()) {
                if (shard.inUse() && !used.contains(shard.shard().id())) {
                    lastReader.closeSeen(active, shard);
                }
            }
        }
        inUse.stream().filter(this::isNews).forEach(this::seenLate);
    }

    private boolean isNews(Sighting sighting) {
        ActiveLoad active = parts.book().of(sighting.id());
        return active == null
                || !active.load().shard(sighting.id()).inUse()
                || !active.load().readers().containsKey(sighting.pid());
    }

    /**
     * A load whose readers ended while no daemon was there: it ends now, as its rule's policy wants. Nothing is prefetched
     * for it, and nothing is done where another rule is for it by now.
     */
    void finishLeft(Map<FileId, Handover.Left> left) {
        for (FileId id : left.keySet()) {
            CatalogEntry entry = models.of(id);
            if (entry != null && parts.book().of(id) == null) { // else somebody reads it: its end comes
                finishLeft(entry, left);
            }
        }
    }

    private void finishLeft(CatalogEntry entry, Map<FileId, Handover.Left> left) {
        ActiveLoad active = LoadStart.of(parts, models.rules(), models.shardsOf(entry), entry, 0);
        if (!active.enforced()
                || !active.ruleName().equals(left.get(entry.shard().id()).rule())) {
            active.budget().close();
            return;
        }
        active.markLeft();
        parts.book().begin(active);
        parts.counters().increment(Counter.LOADS);
        parts.line(LineKind.LOAD, active.load())
                .put("reason", "left by a daemon that ended before it; its readers are gone")
                .log();
        List<TrackedShard> held = active.load().shards().stream()
                .filter(shard -> left.containsKey(shard.shard().id()) && files.ensureHeld(shard))
                .toList();
        for (TrackedShard shard : active.load().shards()) {
            shard.ask(RangeSet.between(0, shard.shard().sizeBytes()));
        }
        held.forEach(TrackedShard::markOpened);
        held.forEach(shard -> lastReader.closeSeen(active, shard));
        lastReader.lookAt(active);
    }

    /** Events were lost: every load's shards are looked at again; {@code inUse} are files found open or mapped. */
    void rescanned(List<Sighting> inUse) {
        for (ActiveLoad active : List.copyOf(parts.book().active())) {
            for (TrackedShard shard : active.load().shards()) {
                if (shard.inUse()) {
                    lastReader.closeSeen(active, shard);
                }
            }
        }
        inUse.forEach(this::seenLate);
    }
}
