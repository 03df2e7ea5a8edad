package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A daemon as a process of its own: {@code DaemonMain MODE ROOT STATE SOCKET}. */
public final class DaemonMain {
    private DaemonMain() {}

    public static void main(String[] args) throws Exception {
        Daemon daemon;
        try {
            daemon = new Daemon(
                    LinuxKernel.open(Binding.AUTO),
                    Rig.config(Mode.valueOf(args[0]), Path.of(args[1])),
                    Path.of(args[2]),
                    Path.of(args[3]));
        } catch (IOException refused) {
            System.out.println(refused.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            daemon.close();
            Runtime.getRuntime().halt(0);
        }));
        daemon.start();
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
