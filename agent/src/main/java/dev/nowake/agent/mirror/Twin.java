package dev.nowake.agent.mirror;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A local file that stands for a remote one, and what of it is there. Thread-safe. A byte is in one of three states:
 * missing, written (a reader may have it), durable (a restart may believe it). Nothing but {@link #save} makes a byte
 * durable, and it does so after the data itself.
 */
public interface Twin {
    /** The local file's device and inode. Never another one's while this twin lives: changed files get a new inode. */
    FileId id();

    /** Where the local file lies in the store's tree. */
    Path local();

    /** Where the remote file lies. */
    Path remote();

    /** The remote file these bytes are of. */
    Identity identity();

    /** What of the range is neither written nor durable, cut at the file's end. */
    RangeSet missing(ByteRange range);

    /** Whether every byte is written. */
    boolean isWritten();

    /** Whether every byte is durable: the file needs no gate. */
    boolean isComplete();

    /** Notes that the range has been written to the local file: readers may be let through from now on. Never waits. */
    void written(ByteRange range);

    /**
     * Forces written data to the disk, then the record of it: what was written before the call is durable after it. Gives
     * the local file the remote's time again.
     */
    void save() throws IOException;

    /** Makes every byte missing again: first in the record, then in the file, whose space is given back. */
    void clear() throws IOException;

    /**
     * The remote file is not the one it was: these bytes go on serving those who have the file open, as far as they are
     * there; the store puts a fresh file in this one's place. What is missing can never come.
     */
    void outdated();

    /** Whether {@link #outdated} was said. */
    boolean isOutdated();
}
