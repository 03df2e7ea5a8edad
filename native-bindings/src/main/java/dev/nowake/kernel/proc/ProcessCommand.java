package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process's command line, by {@code /proc/PID/cmdline} (proc_pid_cmdline(5)). The process may write there what it likes. */
public final class ProcessCommand {
    /** Of arguments; a command line that says how to mount something has a few dozen. */
    private static final int MOST_ARGUMENTS = 4096;

    private ProcessCommand() {}

    /** Its arguments, its own name first; empty where there are none, as in kernel threads, or they cannot be read. */
    public static List<String> read(Path root, int pid) {
        String text = ProcFile.text(root.resolve("proc/" + pid + "/cmdline"));
        List<String> arguments = new ArrayList<>();
        int start = 0;
        while (start < text.length() && arguments.size() < MOST_ARGUMENTS) {
            int end = text.indexOf('\0', start);
            end = end < 0 ? text.length() : end;
            arguments.add(ProcFile.name(text.substring(start, end)));
            start = end + 1;
        }
        return arguments;
    }
}
