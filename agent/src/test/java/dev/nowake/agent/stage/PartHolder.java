package dev.nowake.agent.stage;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.nio.file.Path;

/** Another process: begins to copy a file, says so, and does no more until its input ends. */
final class PartHolder {
    private PartHolder() {}

    public static void main(String[] arguments) throws Exception {
        Kernel kernel = LinuxKernel.open(Binding.AUTO);
        Path source = Path.of(arguments[0]);
        StageFile file =
                new StageFile(source, Path.of(arguments[1]), kernel.files().status(source), null);
        try (PartFile part = PartFile.open(file, kernel)) {
            System.out.println(part.part());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
