package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.JournalSettings;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.observe.PathLabel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What another configuration changes, a line each.
 *
 * @param now what is in force
 * @param atRestart what a daemon takes only when it starts
 */
record ConfigChanges(List<String> now, List<String> atRestart) {
    static ConfigChanges between(Config before, Config after) {
        List<String> now = new ArrayList<>();
        Map<Path, RootRule> old = byPath(before);
        Map<Path, RootRule> next = byPath(after);
        next.forEach((path, root) -> {
            RootRule was = old.get(path);
            if (was == null) {
                now.add("root " + text(path) + " added: " + text(root));
            } else if (!was.equals(root)) {
                now.add("root " + text(path) + " changed: " + text(was) + " -> " + text(root));
            }
        });
        old.keySet().stream()
                .filter(path -> !next.containsKey(path))
                .forEach(path -> now.add("root " + text(path) + " removed"));
        if (!before.rules().equals(after.rules())) {
            now.add("rules changed: " + before.rules().size() + " -> "
                    + after.rules().size());
        }
        if (!before.policies().equals(after.policies())) {
            now.add("policy folders changed: " + before.policies() + " -> " + after.policies());
        }
        if (!before.service().control().equals(after.service().control())) {
            now.add("who may talk to the daemon changed");
        }
        if (!before.service().metrics().equals(after.service().metrics())) {
            now.add("metrics changed");
        }
        if (!before.service().journal().equals(after.service().journal())) {
            now.add("journal changed: " + text(before.service().journal()) + " -> "
                    + text(after.service().journal()));
        }
        List<String> atRestart = new ArrayList<>();
        if (!before.inFlight().equals(after.inFlight())) {
            atRestart.add("inFlight");
        }
        if (!before.mirrors().equals(after.mirrors())) {
            atRestart.add("mirrors");
        }
        return new ConfigChanges(List.copyOf(now), List.copyOf(atRestart));
    }

    private static Map<Path, RootRule> byPath(Config config) {
        Map<Path, RootRule> roots = new LinkedHashMap<>();
        config.roots().forEach(root -> roots.put(root.path(), root));
        return roots;
    }

    private static String text(JournalSettings journal) {
        return "fileSize " + journal.fileBytes() + ", size " + journal.maxBytes() + ", age " + journal.maxAge();
    }

    private static String text(Path path) {
        return PathLabel.of(path).text();
    }

    private static String text(RootRule root) {
        return root.mode().label() + ", " + root.policy()
                + (root.args().isEmpty() ? "" : " " + new TreeMap<>(root.args()));
    }
}
