package dev.nowake.agent.cli;

import dev.nowake.agent.advice.CarefulPath;
import dev.nowake.agent.advice.FsKind;
import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.trust.FileTrust;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** A line for each configured mirror: which way it will be served here, or what keeps it from that. No server is touched. */
final class MirrorChecks {
    /** Filesystems mirrors are made for: whose reads the kernel asks about. */
    private static final Set<String> LOCAL_TYPES = Set.of("ext4", "xfs", "btrfs");

    private static final long CAP_SYS_ADMIN = 1L << 21;

    /** What the process runs that keeps readers waiting while there is no daemon. */
    private static final List<String> PROGRAMS = List.of("/bin/sh", "mkfifo", "dd", "od");

    /**
     * What is asked of the host.
     *
     * @param capabilities effective ones, a bit each
     * @param hasProgram whether a program of that name, or at that path, is there
     * @param diskBytes the size of the filesystem with that folder; negative for unknown
     */
    record Host(
            Features features,
            MountInfo mounts,
            long capabilities,
            Predicate<String> hasProgram,
            ToLongFunction<Path> diskBytes) {
        static Host of(Features features, MountInfo mounts) {
            return new Host(
                    features, mounts, HostChecks.capabilities(), MirrorChecks::isInstalled, MirrorChecks::sizeOf);
        }
    }

    private final MirrorSettings mirror;
    private final Host host;
    private final List<String> refusals = new ArrayList<>();
    private final List<String> facts = new ArrayList<>();

    private MirrorChecks(MirrorSettings mirror, Host host) {
        this.mirror = mirror;
        this.host = host;
    }

    static List<Check> of(List<MirrorSettings> mirrors, Host host) {
        return mirrors.stream()
                .map(mirror -> new MirrorChecks(mirror, host).check())
                .toList();
    }

    private Check check() {
        if (mirror.mode() == Mode.OBSERVE) {
            facts.add("not served: its mode is observe");
        }
        Path remote = CarefulPath.resolve(mirror.remote(), host.mounts());
        Path parent = CarefulPath.resolve(mirror.local().getParent(), host.mounts());
        rights();
        local(parent, remote);
        remote(remote);
        boolean ok = refusals.isEmpty();
        return new Check("mirror " + mirror.name(), ok, String.join("; ", ok ? facts : refusals));
    }

    private void rights() {
        if ((host.capabilities() & CAP_SYS_ADMIN) == 0) {
            refusals.add("without CAP_SYS_ADMIN no reader can be held back: run nowake as root with it");
        }
        List<String> missing = PROGRAMS.stream()
                .filter(program -> !host.hasProgram().test(program))
                .toList();
        if (!missing.isEmpty()) {
            refusals.add("its keeper needs " + String.join(", ", missing) + ": install it");
        }
    }

    private void local(Path parent, Path remote) {
        Path local = parent.resolve(mirror.local().getFileName());
        Mount mount = host.mounts().byPath(parent).orElse(null);
        String type = mount == null ? "unknown" : mount.fsType();
        if (local.startsWith(remote) || remote.startsWith(local)) {
            refusals.add(Invocation.show(remote) + " and " + Invocation.show(local)
                    + " lie in each other: mirror another folder, or give the mirror another 'local'");
        }
        if (!LOCAL_TYPES.contains(type)) {
            refusals.add(Invocation.show(local) + " would be on " + type
                    + ": give the mirror a 'local' on ext4, xfs or btrfs");
            return; // a server is not touched
        }
        way(type);
        if (!Files.isDirectory(parent)) {
            refusals.add(Invocation.show(parent) + " is no folder: make it, or give the mirror another 'local'");
            return;
        }
        if (Files.exists(local, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(local)) {
            refusals.add(Invocation.show(local)
                    + " is there already: move it away, or give the mirror another 'local'; nowake makes it");
        }
        trust(parent);
        limits(parent);
    }

    private void way(String type) {
        if (host.features().has(Feature.PRE_ACCESS)) {
            facts.add("brings ranges: a read waits for its own bytes (FAN_PRE_ACCESS on " + type + ")");
        } else if (host.features().has(Feature.OPEN_PERMISSION)) {
            facts.add("brings whole files: an open waits for all of the file (FAN_OPEN_PERM; FAN_PRE_ACCESS: "
                    + host.features().whyMissing(Feature.PRE_ACCESS) + ")");
        } else {
            refusals.add("no permission events here (" + host.features().whyMissing(Feature.OPEN_PERMISSION)
                    + "): fill a local folder with 'nowake stage'");
        }
    }

    private void trust(Path parent) {
        Path base = parent.resolve("." + mirror.name() + ".nowake");
        try {
            FileTrust trust = FileTrust.ofThisProcess();
            String why = Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)
                    ? trust.whyChangeable(base, true)
                    : trust.whyChangeableIn(parent);
            if (why != null) {
                refusals.add(Invocation.show(base) + " could be replaced by others: " + why);
            }
        } catch (IOException unseen) {
            facts.add("who may change " + Invocation.show(parent) + " is not known: " + unseen.getMessage());
        }
    }

    private void limits(Path parent) {
        long disk = host.diskBytes().applyAsLong(parent);
        if (disk < 0) {
            return;
        }
        tooLarge("budget", mirror.budgetBytes(), disk);
        tooLarge("reserve", mirror.reserveBytes(), disk);
        facts.add((mirror.budgetBytes() == null ? "no budget" : "budget " + Sizes.of(mirror.budgetBytes()))
                + " on a disk of " + Sizes.of(disk));
    }

    private void tooLarge(String key, Long bytes, long disk) {
        if (bytes != null && bytes > disk) {
            refusals.add("its " + key + " of " + Sizes.of(bytes) + " is more than its disk has (" + Sizes.of(disk)
                    + "): make it smaller");
        }
    }

    private void remote(Path remote) {
        Mount mount = host.mounts().byPath(remote).orElse(null);
        if (mount == null) {
            refusals.add(Invocation.show(remote) + " is on no mount that /proc lists");
        } else if (FsKind.of(mount) != FsKind.LOCAL) {
            facts.add("remote on " + mount.fsType() + " " + mount.source()); // not touched, its server may hang
        } else if (!Files.isDirectory(remote)) {
            refusals.add(Invocation.show(remote) + " is not there: mount it; until then only what is here is shown");
        } else if (!mount.mountPoint().equals(remote) && isEmpty(remote)) {
            refusals.add(Invocation.show(remote) + " is empty and no mount: is it mounted?");
        } else {
            facts.add("remote on a local filesystem, " + mount.fsType());
        }
    }

    private static boolean isEmpty(Path folder) {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            return !names.iterator().hasNext();
        } catch (IOException unseen) {
            return false;
        }
    }

    /** {@code program}: a path, or a name to be looked for as the shell does. */
    private static boolean isInstalled(String program) {
        if (program.startsWith("/")) {
            return Files.isExecutable(Path.of(program));
        }
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Stream.of(path.split(":"))
                .filter(folder -> !folder.isEmpty())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    }

    private static long sizeOf(Path folder) {
        try {
            return Files.getFileStore(folder).getTotalSpace();
        } catch (IOException unknown) {
            return -1;
        }
    }
}
