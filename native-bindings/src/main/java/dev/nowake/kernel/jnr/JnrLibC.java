package dev.nowake.kernel.jnr;

import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The C library through jnr-ffi, which keeps errno per thread. */
public final class JnrLibC implements LibC {
    /** For jnr-ffi, which implements it at run time. */
    public interface Native {
        /** syscall(2): -1 and errno on failure. */
        long syscall(long number, long a, long b, long c, long d, long e, long f);
    }

    private final Native libc;
    private final Runtime runtime;

    private JnrLibC(Native libc) {
        this.libc = libc;
        this.runtime = Runtime.getRuntime(libc);
    }

    /**
     * Loads jnr-ffi.
     *
     * @throws UnsupportedOperationException where it is not on the class path or may not load its native part
     */
    public static JnrLibC open() {
        try {
            return new JnrLibC(
                    LibraryLoader.create(Native.class).failImmediately().load("c"));
        } catch (LinkageError | RuntimeException refused) {
            throw new UnsupportedOperationException("jnr-ffi: " + refused, refused);
        }
    }

    @Override
    public String binding() {
        return "jnr";
    }

    @Override
    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        long result = libc.syscall(call.number(), a, b, c, d, e, f);
        return result == -1 ? -runtime.getLastError() : result;
    }
}
