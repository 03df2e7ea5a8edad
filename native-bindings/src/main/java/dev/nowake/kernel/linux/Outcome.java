package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;

/** Results of {@link dev.nowake.kernel.libc.LibC}: a number, or a negative errno. */
final class Outcome {
    private Outcome() {}

    static long orThrow(String call, long result) throws KernelException {
        if (result < 0) {
            throw failure(call, result);
        }
        return result;
    }

    static KernelException failure(String call, long result) {
        return new KernelException(call, errno(result));
    }

    static Errno errno(long result) {
        return new Errno((int) -result);
    }

    static boolean is(long result, Errno errno) {
        return result == -errno.number();
    }
}
