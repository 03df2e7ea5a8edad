package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.libc.LibC;
import java.io.IOException;

/** fcntl(2) F_SETLEASE. */
final class LinuxLeases implements Leases {
    private static final int F_SETSIG = 10;
    private static final int F_SETLEASE = 1024;
    private static final int F_WRLCK = 1;
    private static final int F_UNLCK = 2;

    /**
     * Told when somebody opens the file while the lease is held. Ignored by default, and unused by the JVM; the signal a
     * lease sends unless told otherwise (SIGIO) would end the process.
     */
    private static final int SIGURG = 23;

    private final LibC libc;

    LinuxLeases(LibC libc) {
        this.libc = libc;
    }

    @Override
    public boolean heldElsewhere(OpenFile file) throws KernelException {
        if (!take(file.fd())) {
            return true;
        }
        giveBack(file.fd());
        return false;
    }

    @Override
    public boolean whileAlone(OpenFile file, Alone action) throws IOException {
        if (!take(file.fd())) {
            return false;
        }
        try {
            action.run();
        } finally {
            giveBack(file.fd());
        }
        return true;
    }

    /** False where somebody else has it. */
    private boolean take(int fd) throws KernelException {
        Outcome.orThrow("fcntl F_SETSIG", libc.fcntl(fd, F_SETSIG, SIGURG));
        long taken = libc.fcntl(fd, F_SETLEASE, F_WRLCK);
        if (Outcome.is(taken, Errno.EAGAIN)) {
            return false;
        }
        Outcome.orThrow("fcntl F_SETLEASE", taken);
        return true;
    }

    private void giveBack(int fd) throws KernelException {
        Outcome.orThrow("fcntl F_SETLEASE", libc.fcntl(fd, F_SETLEASE, F_UNLCK));
    }
}
