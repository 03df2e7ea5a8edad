package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The control groups of a process: {@code /proc/PID/cgroup} (cgroups(7)).
 *
 * @param unified its path in the cgroup2 hierarchy; empty where there is none
 * @param controllers version 1 controller (or {@code name=...}) to path
 */
public record Cgroups(String unified, Map<String, String> controllers) {
    public Cgroups {
        controllers = Map.copyOf(controllers);
    }

    public static Cgroups read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    /** Empty for a process that is gone. */
    public static Cgroups read(Path root, int pid) {
        return parse(root.resolve("proc/" + pid + "/cgroup"));
    }

    /** This process's own. */
    public static Cgroups own(Path root) {
        return parse(root.resolve("proc/self/cgroup"));
    }

    private static Cgroups parse(Path file) {
        String unified = "";
        Map<String, String> controllers = new HashMap<>();
        for (String line : ProcFile.lines(file)) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3 || ProcFile.smallNumber(parts[0]) < 0) {
                continue;
            }
            String path = ProcFile.name(parts[2]);
            if (parts[0].equals("0") && parts[1].isEmpty()) {
                unified = path;
            } else if (!parts[1].isEmpty()) {
                for (String controller : parts[1].split(",")) {
                    controllers.put(controller, path);
                }
            }
        }
        return new Cgroups(unified, controllers);
    }

    /** Path of the group that counts its memory: version 1 where that is mounted so, else cgroup2; empty for neither. */
    public Optional<String> memoryPath() {
        String path = controllers.getOrDefault("memory", unified);
        return path.isEmpty() ? Optional.empty() : Optional.of(path);
    }

    boolean memoryIsVersion1() {
        return controllers.containsKey("memory");
    }
}
