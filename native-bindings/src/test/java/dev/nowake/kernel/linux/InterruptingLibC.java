package dev.nowake.kernel.linux;

import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.util.EnumSet;
import java.util.Set;

/** A real C library in which a signal cuts short every second call of a thread, as far as signals can. */
final class InterruptingLibC implements LibC {
    private static final Set<SystemCall> NEVER =
            EnumSet.of(SystemCall.CLOSE, SystemCall.GETPID, SystemCall.GETTID, SystemCall.GETEUID);

    private final LibC real;
    private final ThreadLocal<Boolean> interruptNext = ThreadLocal.withInitial(() -> true);

    InterruptingLibC(LibC real) {
        this.real = real;
    }

    @Override
    public String binding() {
        return real.binding();
    }

    @Override
    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        if (NEVER.contains(call)) {
            return real.call(call, a, b, c, d, e, f);
        }
        boolean interrupt = interruptNext.get();
        interruptNext.set(!interrupt);
        return interrupt ? INTERRUPTED : real.call(call, a, b, c, d, e, f);
    }
}
