package dev.nowake.agent.load;

import dev.nowake.kernel.OpenFile;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.policy.FileView;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** One shard of a load: our one descriptor of it, and what is known of its pages and readers. */
public final class TrackedShard {
    /** No probe is due. */
    public static final long NEVER = Long.MAX_VALUE;

    private final Shard shard;
    private final Path path;
    private OpenFile file;
    private boolean opened;
    private boolean inUse;
    private boolean written;
    private long frontierBytes;
    private long slowestBytes = -1;
    private RangeSet asked = RangeSet.EMPTY;
    private RangeSet residentBefore = RangeSet.EMPTY;
    private RangeSet gone = RangeSet.EMPTY;
    private RangeSet dropped = RangeSet.EMPTY;
    private long residentBytes = -1;
    private final TouchedRanges touched = new TouchedRanges();
    private final ShardHistory history = new ShardHistory();
    private final AtomicLong landedBytes = new AtomicLong();
    private int probes;
    private boolean closing;
    private long opens;
    private long probeDueNanos = NEVER;

    public TrackedShard(Shard shard, Path path) {
        this.shard = shard;
        this.path = path;
    }

    public Shard shard() {
        return shard;
    }

    public Path path() {
        return path;
    }

    /** Our descriptor, still owned by this shard; null where none is held. */
    public OpenFile file() {
        return file;
    }

    /** Takes ownership; a second descriptor of the same file is closed at once, so there is never more than one. */
    public void hold(OpenFile handed) {
        if (file != null) {
            handed.close();
        } else {
            file = handed;
        }
    }

    public void closeFile() {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    public boolean opened() {
        return opened;
    }

    public boolean inUse() {
        return inUse;
    }

    /** Counts the opens seen, so that an answer about an earlier time can be told from one about now. */
    public long opens() {
        return opens;
    }

    public void markOpened() {
        opens++;
        opened = true;
        inUse = true;
        closing = false;
        probes = 0;
        probeDueNanos = NEVER;
    }

    /**
     * Nobody has it open or mapped any more. Readers that went from start to end are taken to have got there, where they
     * had no further to go than they may have since they were seen last.
     *
     * @param couldReadBytes in the time between two looks, at the readers' pace
     */
    public void markUnused(long couldReadBytes) {
        long left = shard.sizeBytes() - slowestBytes();
        if (inUse && slowestBytes() > 0 && left <= couldReadBytes) {
            RangeSet rest = RangeSet.between(slowestBytes(), shard.sizeBytes());
            touched.byAll(touched.byAll().union(rest));
            touched.byAny(rest);
        }
        inUse = false;
        closing = false;
        probes = 0;
        probeDueNanos = NEVER;
    }

    /** Its readers have read it on from there to its end, and closed it. */
    public void readToEnd(long fromBytes) {
        RangeSet rest = RangeSet.between(Math.min(fromBytes, shard.sizeBytes()), shard.sizeBytes());
        touched.byAll(touched.byAll().union(rest));
        touched.byAny(rest);
    }

    /** Somebody who had written to it closed it. */
    public void markWritten() {
        written = true;
    }

    /** It was written during this load, by somebody who counted as a reader of it as everybody does who opens it. */
    public boolean isWritten() {
        return written;
    }

    /** Another look whether anybody still has the file, at {@code nanos}. */
    public void probeAt(long nanos) {
        probeDueNanos = nanos;
    }

    public long probeDueNanos() {
        return probeDueNanos;
    }

    /** How often the current close was probed without an end; counts itself up. */
    public int nextProbe() {
        probeDueNanos = NEVER;
        return probes++;
    }

    /** A close was seen: the probing starts again, at once. */
    public void closeSeen(long nowNanos) {
        closing = true;
        probes = 0;
        probeDueNanos = nowNanos;
    }

    /** A close was seen since the last open. */
    public boolean isClosing() {
        return closing;
    }

    public long frontierBytes() {
        return frontierBytes;
    }

    public void advanceFrontier(long bytes) {
        frontierBytes = Math.max(frontierBytes, bytes);
    }

    /** Where its slowest reader is, which may be one that came late or went back; the frontier where that is unknown. */
    public long slowestBytes() {
        return slowestBytes < 0 ? frontierBytes : slowestBytes;
    }

    /**
     * Where all its readers are now. What was dropped ahead of one that went back, or came late, may be asked for, and
     * dropped behind it, again.
     */
    public void readersAt(long slowest, long furthest) {
        if (slowest < slowestBytes() && !dropped.isEmpty()) {
            RangeSet again = dropped.within(slowest, shard.sizeBytes());
            forgetAsked(again);
            notDropped(again);
        }
        slowestBytes = slowest;
        frontierBytes = furthest;
    }

    /** Its readers do not go from start to end: no place of theirs says what comes next. */
    public void readersJump() {
        slowestBytes = 0;
        frontierBytes = 0;
    }

    public RangeSet asked() {
        return asked;
    }

    public void ask(RangeSet ranges) {
        asked = asked.union(ranges);
    }

    /** Bytes this load's prefetch brought in. From any thread. */
    public void addLanded(long bytes) {
        landedBytes.addAndGet(bytes);
    }

    public long landedBytes() {
        return landedBytes.get();
    }

    /** Forgets what was asked: the pages are gone again. */
    public void askAgain() {
        asked = RangeSet.EMPTY;
    }

    /** Dropped while it was read, so that the same plan made again is not carried out again. */
    public RangeSet dropped() {
        return dropped;
    }

    public void drop(RangeSet ranges) {
        dropped = dropped.union(ranges);
        gone = gone.minus(ranges);
    }

    /** It did not go, or a reader wants it again. */
    public void notDropped(RangeSet ranges) {
        dropped = dropped.minus(ranges);
        gone = gone.minus(ranges);
    }

    /** What did not stay when it was dropped. */
    public void isGone(RangeSet ranges) {
        gone = gone.union(ranges);
    }

    /** Dropped, and gone since: it is there again only when somebody wanted it. */
    public RangeSet gone() {
        return gone;
    }

    /**
     * Another reader came: what all of them have touched is not known until it was looked at as well, and what was dropped
     * may be asked for, and dropped, again.
     */
    public void anotherReader() {
        forgetAsked(dropped);
        dropped = RangeSet.EMPTY;
        gone = RangeSet.EMPTY;
        touched.anotherReader();
    }

    /** What its readers are seen to have touched. */
    public TouchedRanges touched() {
        return touched;
    }

    /** What was seen of it that holds until the load is over. */
    public ShardHistory history() {
        return history;
    }

    /** The pages are gone again, and somebody wants them. */
    public void forgetAsked(RangeSet ranges) {
        asked = asked.minus(ranges);
    }

    public RangeSet residentBefore() {
        return residentBefore;
    }

    public void residentBefore(RangeSet ranges) {
        residentBefore = ranges;
    }

    public long residentBytes() {
        return residentBytes;
    }

    public void residentBytes(long bytes) {
        residentBytes = bytes;
    }

    public FileView view() {
        return new FileView(
                shard.id(),
                shard.index(),
                shard.path(),
                shard.sizeBytes(),
                opened,
                inUse,
                frontierBytes,
                touched.byAll(),
                asked,
                residentBefore,
                asked.isEmpty() && frontierBytes == 0 ? residentBytes : -1); // what was seen at the open is the past
    }
}
