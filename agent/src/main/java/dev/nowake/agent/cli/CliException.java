package dev.nowake.agent.cli;

import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** A verb cannot go on: an exit code, a word for programs and one line for people that says what to do. */
public final class CliException extends Exception {
    private static final Set<Errno> PERMISSION = Set.of(Errno.EACCES, Errno.EPERM);
    private static final Set<Errno> UNSUPPORTED = Set.of(Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.ENODEV);

    private final int exitCode;
    private final String code;

    public CliException(int exitCode, String code, String message) {
        this(exitCode, code, message, null);
    }

    public CliException(int exitCode, String code, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.code = code;
    }

    public static CliException usage(String message) {
        return new CliException(ExitCode.USAGE, "usage", message);
    }

    /** What a failed call on a path means to its user. */
    public static CliException of(Path path, IOException failure) {
        String name = Line.of(PathText.of(path));
        if (failure instanceof KernelException kernel) {
            return of(name, kernel);
        }
        if (failure instanceof NoSuchFileException) {
            return new CliException(ExitCode.FAILED, "not_found", name + ": no such file or folder", failure);
        }
        if (failure instanceof AccessDeniedException) {
            return denied(name, failure);
        }
        if (failure instanceof FileSystemException named && named.getReason() != null) {
            return new CliException(ExitCode.USAGE, "not_a_file", name + ": " + named.getReason(), failure);
        }
        return new CliException(ExitCode.FAILED, "failed", name + ": " + failure.getMessage(), failure);
    }

    private static CliException of(String name, KernelException failure) {
        Errno errno = failure.errno();
        if (errno.equals(Errno.ENOENT) || errno.equals(Errno.ENOTDIR)) {
            return new CliException(ExitCode.FAILED, "not_found", name + ": no such file or folder", failure);
        }
        if (PERMISSION.contains(errno)) {
            return denied(name, failure);
        }
        if (errno.equals(Errno.EMFILE) || errno.equals(Errno.ENFILE)) {
            return new CliException(
                    ExitCode.FAILED,
                    "too_many_open_files",
                    name + ": no file descriptors left; raise the limit (ulimit -n)",
                    failure);
        }
        int exit = UNSUPPORTED.contains(errno) ? ExitCode.NOT_SUPPORTED : ExitCode.FAILED;
        String code = exit == ExitCode.FAILED ? "failed" : "not_supported";
        return new CliException(exit, code, name + ": " + failure.getMessage(), failure);
    }

    private static CliException denied(String name, IOException failure) {
        return new CliException(
                ExitCode.NOT_PERMITTED,
                "not_permitted",
                name + ": permission denied; run as root or as the file's owner",
                failure);
    }

    /** The same for the first of several files none of which could be worked on. */
    CliException andMore(int others) {
        String more = others == 1 ? " (and 1 more file)" : " (and " + others + " more files)";
        return others == 0 ? this : new CliException(exitCode, code, getMessage() + more, this);
    }

    public int exitCode() {
        return exitCode;
    }

    /** For {@code error.code} in JSON. */
    public String code() {
        return code;
    }
}
