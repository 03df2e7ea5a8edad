package dev.nowake.agent.trace;

import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceName;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file whose accesses are recorded.
 *
 * @param path absolute, links resolved: what a load will open is known by inode, and a later replay by this name
 * @param eventDevice the device the kernel's events name; on btrfs not what stat(2) says
 */
record TraceTarget(Path path, TraceFile file, long device, long eventDevice, long inode) {
    /** Looks the file up without opening it. */
    static TraceTarget of(Path path, FileAccess files, MountInfo mounts) throws IOException {
        Path real = path.toRealPath();
        FileStatus status = files.status(real);
        PathLabel label = PathLabel.of(real);
        TraceName name = new TraceName(label.text(), label.base64());
        long device = mounts.byPath(real)
                .filter(mount -> mount.fsType().equals("btrfs"))
                .map(Mount::device)
                .orElse(status.device());
        return new TraceTarget(
                real,
                new TraceFile(name, status.sizeBytes(), status.mtimeNanos()),
                status.device(),
                device,
                status.inode());
    }

    long sizeBytes() {
        return file.sizeBytes();
    }
}
