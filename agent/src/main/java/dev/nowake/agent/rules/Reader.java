package dev.nowake.agent.rules;

import dev.nowake.kernel.proc.Cgroups;
import dev.nowake.kernel.proc.ProcessInfo;
import dev.nowake.kernel.proc.ProcessOwner;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who opened the first file of a load. Each fact is read from /proc when a rule first asks for it, and once; a fact is empty
 * where the process is gone, or the kernel did not say who it was. For one thread.
 */
public final class Reader {
    private final Path root;
    private final int pid;
    private Optional<String> command;
    private Optional<Integer> uid;
    private Optional<String> cgroup;
    private Optional<String> podUid;
    private Optional<String> podName;

    /**
     * @param root where /proc is found, {@code /} on a host
     * @param pid 0 where it is unknown
     */
    public Reader(Path root, int pid) {
        this.root = root;
        this.pid = pid;
    }

    public int pid() {
        return pid;
    }

    /** Its name as the kernel keeps it. */
    public Optional<String> command() {
        if (command == null) {
            command = pid <= 0 ? Optional.empty() : ProcessInfo.read(root, pid).map(ProcessInfo::command);
        }
        return command;
    }

    /** Its effective user. */
    public Optional<Integer> uid() {
        if (uid == null) {
            uid = pid <= 0 ? Optional.empty() : ProcessOwner.read(root, pid).map(ProcessOwner::effectiveUid);
        }
        return uid;
    }

    /** Its path below the cgroup mount: of the group that counts its memory. */
    public Optional<String> cgroup() {
        if (cgroup == null) {
            cgroup = pid <= 0 ? Optional.empty() : Cgroups.read(root, pid).memoryPath();
        }
        return cgroup;
    }

    /** The uid of its Kubernetes pod; empty outside of pods. */
    public Optional<String> podUid() {
        if (podUid == null) {
            podUid = cgroup().flatMap(Pod::uid);
        }
        return podUid;
    }

    /** {@code namespace/name} of its pod; empty where the kubelet's log folder does not tell. Lists that folder once. */
    public Optional<String> podName() {
        if (podName == null) {
            podName = podUid().flatMap(known -> Pod.name(root, known));
        }
        return podName;
    }
}
