package dev.nowake.kernel.proc;

import java.nio.file.Path;

/** Parameters of kernel modules, built in or not, by {@code /sys/module}. */
public final class ModuleParameter {
    private ModuleParameter() {}

    /** Whether one that is Y or N is Y; false where it is not there. */
    public static boolean isOn(Path root, String module, String name) {
        return ProcFile.text(root.resolve("sys/module/" + module + "/parameters/" + name))
                .strip()
                .equals("Y");
    }
}
