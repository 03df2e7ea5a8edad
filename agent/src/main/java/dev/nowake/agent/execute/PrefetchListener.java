package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;

/** Told by the executor's threads how a job goes on. Must return at once; what it throws is dropped. */
public interface PrefetchListener {
    PrefetchListener NONE = new PrefetchListener() {};

    /** A chunk was fetched and looked at. {@code landedBytes} are new; the rest of the range was there or is missing. */
    default void chunkDone(FileId file, ByteRange range, long landedBytes) {}

    /** A chunk failed and is left; the job goes on with the next. */
    default void chunkFailed(FileId file, ByteRange range, Errno errno) {}

    /** All that was added of this file is done: its descriptor is not used any more unless more is added. */
    default void fileDone(FileOutcome outcome) {}
}
