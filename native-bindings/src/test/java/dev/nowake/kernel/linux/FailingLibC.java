package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real C library of which single calls fail on demand. */
public class FailingLibC implements LibC {
    private final LibC real;
    private final Map<SystemCall, Errno> failures = new EnumMap<>(SystemCall.class);
    private final AtomicInteger failed = new AtomicInteger();

    public FailingLibC(LibC real) {
        this.real = real;
    }

    public FailingLibC fail(SystemCall call, Errno errno) {
        failures.put(call, errno);
        return this;
    }

    public void heal() {
        failures.clear();
    }

    /** Calls that were made to fail so far. */
    public int failed() {
        return failed.get();
    }

    @Override
    public String binding() {
        return real.binding();
    }

    @Override
    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        Errno errno = failures.get(call);
        if (errno != null) {
            failed.incrementAndGet();
            return -errno.number();
        }
        return real.call(call, a, b, c, d, e, f);
    }
}
