package dev.nowake.agent.advice;

import dev.nowake.agent.config.Glob;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which mounts hold a folder or lie below it. Looks at names alone.
 *
 * <p>A folder may be a pattern, as a root may ({@code /home/}{@code *}{@code /models}): then every mount that could hold or be part
 * of such a folder is meant.
 */
public final class MountSelection {
    private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");

    private MountSelection() {}

    /**
     * Each filesystem once, under its shortest mount point of those in question, in the order of these. Mounts that another
     * one on the same folder or above hides are left out.
     *
     * @param folders absolute and resolved, or patterns
     */
    public static List<Mount> of(List<Path> folders, MountInfo mounts) {
        List<Mount> chosen = new ArrayList<>();
        for (Mount mount : mounts.mounts()) {
            boolean visible = mounts.byPath(mount.mountPoint())
                    .map(top -> top.id() == mount.id())
                    .orElse(false);
            if (visible && folders.stream().anyMatch(folder -> concerns(folder, mount, mounts))) {
                chosen.add(mount);
            }
        }
        chosen.sort(Comparator.comparingInt((Mount mount) -> mount.mountPoint().getNameCount())
                .thenComparing(Mount::mountPoint));
        Map<Long, Mount> byDevice = new LinkedHashMap<>();
        chosen.forEach(mount -> byDevice.putIfAbsent(mount.device(), mount));
        return List.copyOf(byDevice.values());
    }

    private static boolean concerns(Path folder, Mount mount, MountInfo mounts) {
        Path point = mount.mountPoint();
        Path literal = literalPart(folder);
        if (mounts.byPath(literal).map(holder -> holder.id() == mount.id()).orElse(false)) {
            return true;
        }
        if (!point.startsWith(literal)) {
            return false;
        }
        int common = Math.min(point.getNameCount(), folder.getNameCount());
        for (int i = literal.getNameCount(); i < common; i++) {
            if (!matches(folder.getName(i).toString(), point.getName(i).toString())) {
                return false;
            }
        }
        return true;
    }

    private static Path literalPart(Path folder) {
        Path part = folder.getRoot();
        for (Path name : folder) {
            if (SPECIAL.matcher(name.toString()).find()) {
                break;
            }
            part = part.resolve(name);
        }
        return part;
    }

    private static boolean matches(String pattern, String name) {
        if (!SPECIAL.matcher(pattern).find()) {
            return pattern.equals(name);
        }
        try {
            return Glob.of(pattern).matches(name);
        } catch (IllegalArgumentException wrong) {
            return pattern.equals(name);
        }
    }
}
