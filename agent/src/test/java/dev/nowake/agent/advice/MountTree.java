package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A host's /proc and /sys of our making, as far as mounts are concerned. */
final class MountTree {
    private final Path root;
    private final StringBuilder mountInfo = new StringBuilder("1 0 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n");
    private int mounts = 1;

    MountTree(Path root) throws IOException {
        this(root, true);
    }

    /** {@code fresh}: with a disk for / and nothing else; false for a tree that is there. */
    MountTree(Path root, boolean fresh) throws IOException {
        this.root = root;
        if (fresh) {
            start();
        }
    }

    private void start() throws IOException {
        put("proc/self/mountinfo", mountInfo.toString());
    }

    /** Its device is 0:50 for the first, and so on. */
    MountTree mount(String point, String fsType, String source, String options) throws IOException {
        mounts++;
        mountInfo
                .append(mounts + " 1 0:" + (48 + mounts) + " / " + point + " rw - " + fsType + " " + source + " rw,")
                .append(options)
                .append('\n');
        return put("proc/self/mountinfo", mountInfo.toString());
    }

    MountTree readAhead(String device, long kilobytes) throws IOException {
        return put("sys/class/bdi/" + device + "/read_ahead_kb", kilobytes + "\n");
    }

    MountTree connection(int number, long background, long congestion) throws IOException {
        put("sys/fs/fuse/connections/" + number + "/max_background", background + "\n");
        put("sys/fs/fuse/connections/" + number + "/congestion_threshold", congestion + "\n");
        return put("sys/fs/fuse/connections/" + number + "/waiting", "0\n");
    }

    /** A process that serves a connection. */
    MountTree server(int pid, int connection, String... arguments) throws IOException {
        put("proc/" + pid + "/cmdline", String.join("\0", arguments) + "\0");
        put("proc/" + pid + "/fdinfo/3", "pos:\t0\nfuse_connection:\t" + connection + "\n");
        Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
        Files.createSymbolicLink(root.resolve("proc/" + pid + "/fd/3"), Path.of("/dev/fuse"));
        return this;
    }

    MountTree put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    /** Every mount of the tree. */
    List<MountLook> looks() {
        MountInfo all = MountInfo.read(root);
        return new MountReading(root, all, () -> FuseServers.read(root))
                .of(MountSelection.of(List.of(Path.of("/")), all));
    }

    List<Finding> findings() {
        return Advice.of(looks(), HostFacts.read(root));
    }
}
