package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;

/** Something thrown: it costs one chunk or one message, never a thread, which has other chunks in flight. */
final class Failure {
    private Failure() {}

    /** What a chunk that threw this is counted as. What is no answer of the kernel's is a defect, and reported. */
    static Errno errnoOf(Throwable thrown) {
        return switch (thrown) {
            case KernelException answer -> answer.errno();
            case IllegalStateException closed -> Errno.EBADF;
            default -> {
                report(thrown);
                yield thrown instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO;
            }
        };
    }

    /** Tells of a defect as of an uncaught exception, without ending the thread. */
    static void report(Throwable defect) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, defect);
    }

    /** Runs a message to a listener; what that throws is reported. */
    static void contain(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error defect) {
            report(defect);
        }
    }
}
