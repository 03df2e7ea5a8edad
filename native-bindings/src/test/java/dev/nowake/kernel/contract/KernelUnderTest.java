package dev.nowake.kernel.contract;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A kernel with a world around it that tests arrange: files in a folder of their own, other readers, other processes.
 * Names are relative to {@link #folder}; folders in them are made.
 */
public interface KernelUnderTest extends AutoCloseable {
    Kernel kernel();

    /** An empty folder for this test, absolute and without links in it. */
    Path folder();

    /** What one readahead(2) brings in at most; 0 where it is not known. */
    long readaheadCapBytes();

    /** A file of {@code lengthBytes}, clean and not resident; its bytes are {@link #byteAt}. */
    Path file(String name, long lengthBytes) throws Exception;

    /** A file of {@code lengthBytes} with data, clean and not resident, in the given extents alone. */
    Path sparseFile(String name, long lengthBytes, Extent... data) throws Exception;

    /** A file that was just written: resident and dirty. */
    Path dirtyFile(String name, long lengthBytes) throws Exception;

    /** An empty folder in {@link #folder}. */
    Path newFolder(String name) throws Exception;

    void truncate(Path file, long lengthBytes) throws Exception;

    void delete(Path file) throws Exception;

    /** Renames within the filesystem. */
    void move(Path from, Path to) throws Exception;

    /** A reader that holds a descriptor of the file until closed, and reads nothing. */
    Reader openElsewhere(Path file) throws Exception;

    /** A reader that has closed its descriptor, but maps the range and has touched every page of it, until closed. */
    Reader mapElsewhere(Path file, long offsetBytes, long lengthBytes) throws Exception;

    /** Another process opens the file and closes it. Returns its pid. */
    int openInAnotherProcess(Path file) throws Exception;

    /** Opens and closes so many files of the folder, one event each at least, by any process. */
    void floodWithOpens(Path folder, int files) throws Exception;

    @Override
    void close() throws IOException;

    /** Somebody else who holds a file, until closed. */
    interface Reader extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** The byte every test file has at an offset (in its data, where it is sparse). */
    static byte byteAt(long offsetBytes) {
        return (byte) (offsetBytes ^ offsetBytes >>> 8 ^ offsetBytes >>> 16 ^ offsetBytes >>> 24);
    }
}
