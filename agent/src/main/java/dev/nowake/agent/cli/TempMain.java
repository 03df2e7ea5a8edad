package dev.nowake.agent.cli;

import java.nio.file.Path;
import java.util.List;

public final class TempMain {
    private TempMain() {}

    public static void main(String[] a) throws Exception {
        if (a[0].equals("status")) {
            System.out.println(new dev.nowake.agent.control.ControlClient(Path.of(a[1]))
                    .ask(java.util.Map.of("verb", "status"))
                    .toPrettyString());
            return;
        }
        new DaemonRun(dev.nowake.kernel.linux.LinuxKernel.open(dev.nowake.kernel.linux.Binding.AUTO), System.out)
                .run(
                        new RunOptions(List.of(Path.of(a[0])), a[1].equals("enforce"), null, null).config(),
                        Path.of(a[2]),
                        Path.of(a[2] + "/sock"));
    }
}
