package dev.nowake.agent.cli;

import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.agent.execute.MountTraits;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.proc.BackingDevice;
import dev.nowake.kernel.proc.BackingImage;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.kernel.proc.MountReadAhead;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Rights, memory, limits, nodes, and the filesystems models lie on. */
final class HostChecks {
    /** A capability's number in capabilities(7), and what does not work without it. */
    private record Need(int bit, String without) {}

    private static final Map<String, Need> NEEDED = new TreeMap<>(Map.of(
            "CAP_SYS_ADMIN", new Need(21, "files cannot be watched"),
            "CAP_FOWNER",
                    new Need(3, "which pages of others' files are resident is not told: none of them is released"),
            "CAP_DAC_READ_SEARCH", new Need(2, "others' files cannot be opened"),
            "CAP_SYS_PTRACE", new Need(19, "who reads is not known"),
            "CAP_LEASE", new Need(28, "who has others' files open is looked for in /proc")));

    /** Below this a prefetched model would be evicted by its own successor pages. */
    private static final long LITTLE_BYTES = 1L << 30;

    /** Five filesystems, local and remote, and other listeners beside us. */
    private static final long ENOUGH_GROUPS = 16;

    private static final String KEPT_TWICE =
            "; %s is read through page cache of its own, and keeps what is released here:"
                    + " mount with -o directio, or losetup --direct-io=on";

    private HostChecks() {}

    static List<Check> host() {
        return List.of(rights(), fanotifyLimits(), memory(), numa(), tracing());
    }

    private static Check rights() {
        long effective = capabilities();
        String uid = status("Uid:").map(ids -> ids.split("\\s+")[0]).orElse("?");
        return rights(uid.equals("0") ? "root" : "user " + uid, effective);
    }

    /** This process's effective ones, a bit each. */
    static long capabilities() {
        return status("CapEff:").map(hex -> Long.parseUnsignedLong(hex, 16)).orElse(0L);
    }

    /** {@code effective}: the capabilities, a bit each. */
    static Check rights(String who, long effective) {
        List<String> missing = new ArrayList<>();
        NEEDED.forEach((name, need) -> {
            if ((effective >>> need.bit() & 1) == 0) {
                missing.add(name + " (" + need.without() + ")");
            }
        });
        return new Check(
                "rights",
                missing.isEmpty(),
                missing.isEmpty()
                        ? who + " with " + String.join(", ", NEEDED.keySet())
                        : who + " without " + String.join(", ", missing) + "; run as root with these");
    }

    private static Optional<String> status(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(name)) {
                    return Optional.of(line.substring(name.length()).strip());
                }
            }
        } catch (IOException e) {
            // Without proc there is nothing to say.
        }
        return Optional.empty();
    }

    /**
     * fanotify(7): a limit of a user, whichever program of his it is; its file came with Linux 5.13. Marks have one, too, but
     * not ours: FAN_UNLIMITED_MARKS.
     */
    private static Check fanotifyLimits() {
        long groups = Sysctl.number(Path.of("/"), "fs/fanotify/max_user_groups");
        if (groups < 0) {
            return new Check("fanotify-limits", true, "128 groups: this kernel does not let it be set");
        }
        return new Check(
                "fanotify-limits",
                groups >= ENOUGH_GROUPS,
                groups + " groups for all of root's programs; one for each filesystem and one more are wanted"
                        + (groups >= ENOUGH_GROUPS ? "" : "; raise fs.fanotify.max_user_groups with sysctl"));
    }

    private static Check memory() {
        MemInfo memory = MemInfo.read();
        long available = memory.availableBytes();
        return new Check(
                "memory",
                available >= LITTLE_BYTES,
                Sizes.of(memory.totalBytes()) + " in all, " + Sizes.of(available) + " available, "
                        + Sizes.of(memory.freeBytes()) + " free");
    }

    private static Check numa() {
        NumaTopology topology = NumaTopology.read();
        List<String> nodes = new ArrayList<>();
        for (NumaTopology.Node node : topology.nodes()) {
            nodes.add("node" + node.id() + ": " + node.cpus().cardinality() + " CPUs, "
                    + Sizes.of(node.memory().totalBytes()));
        }
        return new Check("numa", true, String.join("; ", nodes));
    }

    private static Check tracing() {
        boolean there = Files.isDirectory(Path.of("/sys/kernel/tracing/events/filemap"))
                || Files.isDirectory(Path.of("/sys/kernel/debug/tracing/events/filemap"));
        return new Check(
                "tracefs",
                there,
                there
                        ? "filemap events are there: misses can be seen one by one"
                        : "no filemap events: misses are estimated from residency; mount tracefs as root");
    }

    /** How files below a path on another kind of filesystem would be read: it is not touched. {@code resolved}: its links followed. */
    static Check remote(Path path, Path resolved, MountInfo mounts) {
        String name = "path " + Invocation.show(path);
        Mount mount = mounts.byPath(resolved).orElse(null);
        if (mount == null) {
            return new Check(name, false, "it is on no mount that /proc lists");
        }
        long readAhead = MountReadAhead.read(Path.of("/"), mount, mounts)
                .map(MountReadAhead::bytes)
                .orElse(0L);
        return new Check(
                name,
                true,
                how(MountTraits.of(mount, readAhead), readAhead) + "; not looked into, its server may hang");
    }

    private static String how(MountTraits traits, long readAhead) {
        return traits.fsType() + ", read-ahead " + (readAhead > 0 ? Sizes.of(readAhead) : "unknown") + ": "
                + traits.mechanism().label() + ", " + traits.streams() + " at once"
                + (traits.remote() ? ", remote" : "");
    }

    /** How files below a path on a local filesystem would be read. */
    static Check local(Kernel kernel, Path path) {
        String name = "path " + Invocation.show(path);
        try {
            long device = kernel.files().status(path).device();
            MountInfo mounts = MountInfo.read();
            Optional<Mount> mount = mounts.byDevice(device);
            if (mount.isEmpty()) {
                mount = mounts.byPath(path.toRealPath());
            }
            String fsType = mount.map(Mount::fsType).orElse("unknown");
            long readAhead = BackingDevice.read(device)
                    .map(BackingDevice::readAheadBytes)
                    .orElse(0L);
            MountTraits traits = MountTraits.of(device, fsType, readAhead);
            String twice = mount.flatMap(BackingImage::of)
                    .filter(image -> !image.isDirect())
                    .map(image -> KEPT_TWICE.formatted(Invocation.show(image.file())))
                    .orElse("");
            return new Check(name, twice.isEmpty(), how(traits, readAhead) + twice);
        } catch (IOException e) {
            return new Check(name, false, CliException.of(path, e).getMessage());
        }
    }
}
