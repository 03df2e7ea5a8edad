/**
 * Brings bytes of remote files into their local twins. A file is cut into pieces; what readers wait for and what is only
 * likely to be read stands in one book ({@code PieceBook}), from which a mirror's streams take a piece each: read from the
 * remote past page cache, held against the file's identity, written into the local file through page cache, told to the twin
 * ({@code PieceFetcher}). Beside the streams one thread looks for requests that are overdue ({@code Overdue}), one makes
 * durable what was written ({@code Saver}), one holds whole files against what their name promises ({@code ContentCheck}).
 *
 * <p>The book, the threads and the open files are guarded by one lock, which nobody holds while he waits for a file, a twin
 * or a listener.
 */
package dev.nowake.agent.mirror.fill;
