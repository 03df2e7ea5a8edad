package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.JournalSettings;
import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.observe.PathLabel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What another configuration changes, a line each.
 *
 * @param now what is in force
 * @param atRestart what a daemon takes only when it starts
 */
record ConfigChanges(List<String> now, List<String> atRestart) {
    /** {@code servedMirrors}: those that can be taken anew are only those that are not served. */
    static ConfigChanges between(Config before, Config after, Predicate<String> servedMirrors) {
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
        mirrors(before, after, servedMirrors, now, atRestart);
        return new ConfigChanges(List.copyOf(now), List.copyOf(atRestart));
    }

    private static void mirrors(
            Config before, Config after, Predicate<String> served, List<String> now, List<String> atRestart) {
        Map<String, MirrorSettings> old = byName(before);
        Map<String, MirrorSettings> next = byName(after);
        next.forEach((name, mirror) -> {
            MirrorSettings was = old.get(name);
            if (was == null) {
                now.add("mirror " + name + " added: " + text(mirror.remote()) + " -> " + text(mirror.local()) + ", "
                        + mirror.mode().label());
                return;
            }
            if (was.mode() != mirror.mode()) {
                now.add("mirror " + name + " changed: " + was.mode().label() + " -> "
                        + mirror.mode().label());
            }
            MirrorChange change = MirrorChange.between(was, mirror);
            List<String> taken = new ArrayList<>(change.atOnce());
            if (served.test(name) && mirror.mode() == Mode.ENFORCE) {
                if (!change.atRestart().isEmpty()) {
                    atRestart.add("mirror " + name + ": " + String.join(", ", change.atRestart()));
                }
            } else {
                taken.addAll(change.atRestart());
            }
            if (!taken.isEmpty()) {
                now.add("mirror " + name + " changed: " + String.join(", ", taken));
            }
        });
        old.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(name -> now.add("mirror " + name + " removed"));
    }

    private static Map<String, MirrorSettings> byName(Config config) {
        Map<String, MirrorSettings> mirrors = new LinkedHashMap<>();
        config.mirrors().forEach(mirror -> mirrors.put(mirror.name(), mirror));
        return mirrors;
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
