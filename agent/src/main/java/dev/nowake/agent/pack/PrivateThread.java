package dev.nowake.agent.pack;

import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Mounts;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work on a thread whose mounts are its own: nobody else sees them, and nothing of them is left when the work or this process
 * ends, whatever ends it.
 */
final class PrivateThread {
    interface Work<T> {
        T run(Mounts mounts) throws IOException, InterruptedException;
    }

    private PrivateThread() {}

    /** @throws PackException where this process may not mount */
    static <T> T run(Kernel kernel, Work<T> work) throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(() -> {
            try {
                kernel.mounts().separate();
            } catch (KernelException refused) {
                throw notAllowed(refused);
            }
            return work.run(kernel.mounts());
        });
        Thread thread = Thread.ofPlatform().name("nowake-pack-mount").daemon().start(task);
        try {
            return task.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException reason -> throw reason;
                case InterruptedException stopped -> throw stopped;
                case RuntimeException broken -> throw broken;
                default -> throw new IllegalStateException(failed.getCause());
            }
        } finally {
            thread.interrupt();
        }
    }

    private static PackException notAllowed(KernelException refused) {
        boolean rights = refused.errno().equals(Errno.EPERM);
        return new PackException(
                rights ? Kind.NOT_PERMITTED : Kind.NOT_SUPPORTED,
                rights
                        ? "links that lead out of the folder, single files and checks need mounts: run as root (CAP_SYS_ADMIN)"
                        : "this kernel gives no mounts of one's own: " + refused.getMessage(),
                refused);
    }
}
