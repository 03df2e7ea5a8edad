package dev.nowake.agent.decide;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One policy in {@code status} and {@code policy list}. */
final class PolicyStatus {
    private PolicyStatus() {}

    /**
     * Those that are loaded, then shipped ones nobody has wanted yet, then what cannot be loaded.
     *
     * @param files where those that come from a file come from
     * @param problems by file or, for shipped ones, by name
     */
    static List<Object> all(
            Collection<PolicyRunner> runners,
            Map<PolicyRunner, Path> files,
            Set<String> notLoaded,
            Map<String, String> problems) {
        Map<String, String> broken = new LinkedHashMap<>(problems);
        List<Object> lines = new ArrayList<>();
        for (PolicyRunner runner : runners) {
            Path file = files.get(runner);
            lines.add(of(runner, file == null ? null : broken.remove(file.toString())));
        }
        for (String name : notLoaded) {
            if (!broken.containsKey(name)) {
                lines.add(notLoaded(name));
            }
        }
        broken.forEach((where, message) -> lines.add(broken(where, message)));
        return lines;
    }

    /** {@code problem}: what is wrong with its file as it is now, while what was loaded before goes on; null for nothing. */
    private static Map<String, Object> of(PolicyRunner runner, String problem) {
        PolicyRecord.Numbers numbers = runner.record().numbers();
        Map<String, Object> line = line(
                runner.name(),
                runner.unit().policy().api(),
                runner.unit().origin(),
                runner.isDisabled() ? "disabled" : "ok");
        line.put("calls", numbers.calls());
        line.put("failures", numbers.failures());
        line.put("lastFailure", numbers.lastFailure());
        line.put("medianMicros", numbers.medianMicros());
        if (problem != null) {
            line.put("problem", problem);
        }
        return line;
    }

    /** A shipped script nobody has wanted yet. */
    private static Map<String, Object> notLoaded(String name) {
        Map<String, Object> line = line(name, null, "built in", "ok");
        line.put("calls", 0);
        line.put("failures", 0);
        return line;
    }

    /** {@code where}: a file's path, or a shipped policy's name. */
    private static Map<String, Object> broken(String where, String message) {
        Map<String, Object> line = line(Path.of(where).getFileName().toString(), null, where, "broken");
        line.put("lastFailure", message);
        return line;
    }

    private static Map<String, Object> line(String name, Integer api, String origin, String state) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("api", api);
        line.put("origin", origin);
        line.put("state", state);
        return line;
    }
}
