package dev.nowake.kernel;

/**
 * One fanotify event. Events merge: the mask may hold several bits (three opens and a close can be one event), so they
 * are hints and never counted.
 */
public final class FileEvent implements AutoCloseable {
    public static final long MODIFY = 0x2;
    public static final long CLOSE_WRITE = 0x8;
    public static final long CLOSE_NOWRITE = 0x10;
    public static final long OPEN = 0x20;
    public static final long MOVED_FROM = 0x40;
    public static final long MOVED_TO = 0x80;
    public static final long CREATE = 0x100;
    public static final long DELETE = 0x200;
    public static final long DELETE_SELF = 0x400;
    public static final long MOVE_SELF = 0x800;
    public static final long OVERFLOW = 0x4000;
    public static final long ON_FOLDER = 0x4000_0000L;

    private final long mask;
    private final int pid;
    private final FolderHandle folder;
    private final byte[] name;
    private OpenFile file;
    private OpenFile process;

    /** For backends. {@code file}, or {@code folder} and {@code name}, or neither (overflow, or the open failed). */
    public FileEvent(long mask, int pid, OpenFile file, FolderHandle folder, byte[] name) {
        this(mask, pid, file, folder, name, null);
    }

    /** For backends whose group reports processes: {@code process} is null where that process is gone. */
    public FileEvent(long mask, int pid, OpenFile file, FolderHandle folder, byte[] name, OpenFile process) {
        this.mask = mask;
        this.pid = pid;
        this.file = file;
        this.folder = folder;
        this.name = name;
        this.process = process;
    }

    public long mask() {
        return mask;
    }

    public boolean has(long bits) {
        return (mask & bits) != 0;
    }

    /** The process whose act this was; 0 where the kernel cannot say (another pid namespace). */
    public int pid() {
        return pid;
    }

    /** Events were lost; everything must be looked at again. */
    public boolean isOverflow() {
        return has(OVERFLOW);
    }

    /** The folder's handle in HANDLE_AND_NAME groups, else null. */
    public FolderHandle folder() {
        return folder;
    }

    /** The name's bytes in HANDLE_AND_NAME groups, else null. "." is the folder itself. */
    public byte[] name() {
        return name;
    }

    /** The open file in DESCRIPTOR groups, still owned by the event; null where there is none or it was taken. */
    public OpenFile file() {
        return file;
    }

    /** Hands the open file over: the caller closes it. Null where there is none. */
    public OpenFile takeFile() {
        OpenFile taken = file;
        file = null;
        return taken;
    }

    /** Hands over the pidfd of the process, in groups opened to report it; null where it is gone or was taken. */
    public OpenFile takeProcess() {
        OpenFile taken = process;
        process = null;
        return taken;
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
            file = null;
        }
        if (process != null) {
            process.close();
            process = null;
        }
    }
}
