package dev.nowake.agent.decide;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** One policy in {@code status} and {@code policy list}. */
final class PolicyStatus {
    private PolicyStatus() {}

    /** {@code problem}: what is wrong with its file as it is now, while what was loaded before goes on; null for nothing. */
    static Map<String, Object> of(PolicyRunner runner, String problem) {
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
    static Map<String, Object> notLoaded(String name) {
        Map<String, Object> line = line(name, null, "built in", "ok");
        line.put("calls", 0);
        line.put("failures", 0);
        return line;
    }

    /** {@code where}: a file's path, or a shipped policy's name. */
    static Map<String, Object> broken(String where, String message) {
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
