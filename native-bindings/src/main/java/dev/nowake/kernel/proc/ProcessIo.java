package dev.nowake.kernel.proc;

import java.nio.file.Path;

/** What a process has asked of files so far: {@code /proc/PID/io} (proc_pid_io(5)). */
public final class ProcessIo {
    private ProcessIo() {}

    /**
     * Bytes of all its read(2) and pread(2), from page cache or not, sockets and pipes among them; page faults are none of
     * them. -1 where the process is gone or may not be looked at.
     */
    public static long readBytes(Path root, int pid) {
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/io"))) {
            String[] words = ProcFile.words(line);
            if (words.length == 2 && words[0].equals("rchar:")) {
                return ProcFile.number(words[1]);
            }
        }
        return -1;
    }
}
