package dev.nowake.kernel.ffm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library through java.lang.foreign: the one downcall of nowake.
 *
 * <p>errno is captured into a segment of the calling thread. With one segment for all threads, two of them read each
 * other's errno in 2 calls of 100.
 */
public final class FfmLibC implements LibC {
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    /** Linked apart from the outer class, so that a refusal can be caught and told. */
    private static final class Linked {
        static final MethodHandle SYSCALL = link();

        @SuppressWarnings("restricted")
        private static MethodHandle link() {
            Linker linker = Linker.nativeLinker();
            FunctionDescriptor sevenLongs = FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("syscall"),
                    sevenLongs,
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
        }
    }

    private FfmLibC() {}

    /**
     * Links the C library.
     *
     * @throws UnsupportedOperationException where this JVM withholds native access (its cause is then an
     *     {@link IllegalCallerException}) or has no linker
     */
    public static FfmLibC open() {
        try {
            if (Linked.SYSCALL == null) {
                throw new AssertionError();
            }
            return new FfmLibC();
        } catch (ExceptionInInitializerError refused) {
            throw new UnsupportedOperationException(
                    "java.lang.foreign: " + refused.getCause().getMessage(), refused.getCause());
        } catch (NoClassDefFoundError refusedBefore) {
            throw new UnsupportedOperationException(
                    "java.lang.foreign: " + refusedBefore.getCause().getMessage(), refusedBefore);
        }
    }

    @Override
    public String binding() {
        return "ffm";
    }

    @Override
    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
        MemorySegment captured = CAPTURED.get();
        long result;
        try {
            result = (long) Linked.SYSCALL.invokeExact(captured, (long) call.number(), a, b, c, d, e, f);
        } catch (Throwable impossible) {
            throw new AssertionError("syscall threw", impossible);
        }
        return result == -1 ? -captured.get(JAVA_INT, ERRNO_OFFSET) : result;
    }
}
