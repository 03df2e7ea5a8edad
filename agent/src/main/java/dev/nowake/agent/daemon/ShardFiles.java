package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;

/** Our one descriptor per shard: opened when first needed, closed when the load is over. Belongs to the engine's thread. */
final class ShardFiles {
    private final Parts parts;
    private final Baseline baseline;
    private final Handover handover;

    ShardFiles(Parts parts, Baseline baseline, Handover handover) {
        this.parts = parts;
        this.baseline = baseline;
        this.handover = handover;
    }

    /** Makes sure a descriptor is held and what was resident before is known. False when the file cannot be had. */
    boolean ensureHeld(TrackedShard shard) {
        if (shard.file() != null) {
            return true;
        }
        FileId id = shard.shard().id();
        if (!parts.claims().claim(id)) {
            return false; // its event is on the way and brings a descriptor
        }
        OpenFile file = openSame(shard);
        if (file == null) {
            parts.claims().release(id);
            return false;
        }
        shard.hold(file);
        lookBefore(shard);
        return true;
    }

    /** Notes what is resident now, and which of it was there before anybody read. */
    void lookBefore(TrackedShard shard) {
        FileId id = shard.shard().id();
        long size = shard.shard().sizeBytes();
        try {
            long now =
                    parts.kernel().pageCache().residency(shard.file(), 0, size).residentBytes();
            shard.residentBytes(now);
            shard.residentBefore(baseline.before(id, shard.file(), size, now));
        } catch (KernelException unknown) {
            shard.residentBefore(RangeSet.between(0, size));
        }
        ActiveLoad active = parts.book().of(id);
        if (active != null && active.enforced()) {
            handover.begins(id, new Handover.Left(active.ruleName(), size, shard.residentBefore()));
        }
    }

    /** Null, with a line in the journal, when the path is another file by now or cannot be opened. */
    private OpenFile openSame(TrackedShard shard) {
        OpenFile file = null;
        try {
            file = parts.kernel().files().open(shard.path());
            FileStatus status = parts.kernel().files().status(file);
            FileId found = new FileId(status.device(), status.inode());
            if (found.equals(shard.shard().id())) {
                return file;
            }
            failed(shard, "replaced by another file");
        } catch (KernelException unopenable) {
            failed(shard, unopenable.getMessage());
        }
        if (file != null) {
            file.close();
        }
        return null;
    }

    private void failed(TrackedShard shard, String why) {
        parts.counters().increment(Counter.ERRORS);
        parts.journal()
                .line(LineKind.ERROR)
                .path(shard.path())
                .put("reason", why)
                .log();
    }

    /**
     * Bytes of the ranges that are not resident, for a forecast. Looks through a short-lived descriptor where opening
     * disturbs nothing; on FUSE, where it may, everything counts as missing.
     */
    long forecast(TrackedShard shard, RangeSet ranges) {
        FileId id = shard.shard().id();
        if (shard.file() != null) {
            return missing(shard.file(), ranges);
        }
        if (parts.mounts().isFuse(id.device()) || !parts.claims().claim(id)) {
            return ranges.bytes();
        }
        try (OpenFile file = openSame(shard)) {
            return file == null ? 0 : missing(file, ranges);
        } finally {
            parts.claims().release(id);
        }
    }

    private long missing(OpenFile file, RangeSet ranges) {
        long missing = 0;
        for (ByteRange range : ranges.ranges()) {
            try {
                long resident = parts.kernel()
                        .pageCache()
                        .residency(file, range.start(), range.lengthBytes())
                        .residentBytes();
                missing += range.lengthBytes() - Math.max(0, resident);
            } catch (KernelException unknown) {
                missing += range.lengthBytes();
            }
        }
        return missing;
    }

    /** Closes the descriptor and lets others hold one. */
    void drop(TrackedShard shard) {
        if (shard.file() != null) {
            shard.closeFile();
            handover.ends(shard.shard().id());
            parts.claims().release(shard.shard().id());
        }
    }
}
