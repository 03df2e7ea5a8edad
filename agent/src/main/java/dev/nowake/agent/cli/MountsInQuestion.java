package dev.nowake.agent.cli;

import dev.nowake.agent.advice.CarefulPath;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountLook.Opens;
import dev.nowake.agent.advice.MountReading;
import dev.nowake.agent.advice.MountSelection;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.observe.Amounts;
import dev.nowake.kernel.proc.DeviceNumber;
import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The mounts that hold a root, a mirrored folder or a folder that was named, or lie below one. None of them is touched.
 *
 * @param folders resolved, where they came from a command line; patterns stay as they are written
 * @param origin who named the roots, for people
 * @param mirrors as configured there, whose remote folders are among the folders
 */
record MountsInQuestion(
        MountInfo mounts, List<Path> folders, String origin, List<MountLook> looks, List<MirrorSettings> mirrors) {
    /** A search through all processes: seconds on a host with very many descriptors. */
    private static final long SERVERS_MILLIS = 3_000;

    private static final Path HOST = Path.of("/");

    /**
     * @param given on the command line
     * @param config a configuration named there; null for none: then the daemon's roots are taken, or the installed
     *     configuration's where none answers
     * @param status the daemon's; null where none answers
     */
    static MountsInQuestion look(List<Path> given, Path config, JsonNode status) throws InterruptedException {
        MountInfo mounts = MountInfo.read(HOST);
        List<Path> folders = new ArrayList<>();
        given.forEach(path -> folders.add(CarefulPath.resolve(path, mounts)));
        List<Path> roots = roots(config, status);
        roots.forEach(root -> folders.add(CarefulPath.resolve(root, mounts)));
        List<MirrorSettings> mirrors = mirrors(config, status);
        mirrors.forEach(mirror -> folders.add(CarefulPath.resolve(mirror.remote(), mounts)));
        String origin = Amounts.of(roots.size(), "root")
                + (mirrors.isEmpty() ? "" : " and " + Amounts.of(mirrors.size(), "mirror")) + ", by "
                + (config != null ? config : status != null ? "the daemon" : ConfigFile.INSTALLED);
        FuseServers unknown = new FuseServers(List.of(), false);
        List<MountLook> looks = new ArrayList<>(
                new MountReading(HOST, mounts, () -> servers(unknown)).of(MountSelection.of(folders, mounts)));
        Set<String> dropping = dropping(status);
        looks.replaceAll(
                look -> dropping.contains(DeviceNumber.format(look.mount().device()))
                        ? look.withOpens(Opens.DROP_PAGES)
                        : look);
        return new MountsInQuestion(mounts, folders, origin, looks, mirrors);
    }

    private static FuseServers servers(FuseServers unknown) {
        try {
            return Deadline.within(SERVERS_MILLIS, () -> FuseServers.read(HOST), unknown);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return unknown;
        }
    }

    /** A daemon that answers knows its own, but not all of what was configured of them. */
    private static List<MirrorSettings> mirrors(Path config, JsonNode status) {
        if (config != null || status == null) {
            return ConfigFile.mirrors(config == null ? ConfigFile.INSTALLED : config);
        }
        List<MirrorSettings> mirrors = new ArrayList<>();
        for (JsonNode mirror : status.path("mirrors")) {
            try {
                mirrors.add(mirror(mirror));
            } catch (InvalidPathException odd) {
                // A name that is no text here, as above.
            }
        }
        return mirrors;
    }

    private static MirrorSettings mirror(JsonNode mirror) {
        return MirrorSettings.of(
                        mirror.path("name").asString("?"),
                        Path.of(mirror.path("remote").asString("/")),
                        Path.of(mirror.path("local").asString("/?")))
                .withMode(mirror.path("mode").asString("").equals("observe") ? Mode.OBSERVE : Mode.ENFORCE)
                .withLimits(bytes(mirror.path("budgetBytes")), bytes(mirror.path("reserveBytes")));
    }

    /** Null for none. */
    private static Long bytes(JsonNode number) {
        return number.isNumber() ? number.asLong() : null;
    }

    private static List<Path> roots(Path config, JsonNode status) {
        if (config == null && status != null) {
            List<Path> roots = new ArrayList<>();
            for (JsonNode root : status.path("roots")) {
                try {
                    roots.add(Path.of(root.path("path").asString("/")));
                } catch (InvalidPathException odd) {
                    // A name that is no text here: it has to be given by hand.
                }
            }
            return roots;
        }
        return ConfigFile.rootFolders(config == null ? ConfigFile.INSTALLED : config);
    }

    /** The devices of mounts whose server was seen to drop a file's pages at an open. */
    private static Set<String> dropping(JsonNode status) {
        Set<String> devices = new HashSet<>();
        if (status != null) {
            for (JsonNode mount : status.path("mounts")) {
                if (mount.path("dropsPagesAtOpen").asBoolean(false)) {
                    devices.add(mount.path("device").asString(""));
                }
            }
        }
        return devices;
    }
}
