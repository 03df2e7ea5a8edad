package dev.nowake.agent.rules;

import dev.nowake.agent.config.Glob;
import dev.nowake.agent.config.Match;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.PathText;
import dev.nowake.model.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Holds one rule's conditions against one subject. The cheap ones go first: what can only be learned from /proc is asked for
 * when all others hold.
 */
final class Conditions {
    private final Match match;
    private final Subject subject;
    private final List<RootRule> roots;
    private final List<String> held = new ArrayList<>();

    Conditions(Match match, Subject subject, List<RootRule> roots) {
        this.match = match;
        this.subject = subject;
        this.roots = roots;
    }

    /** What does not hold, in one line; null where everything does. */
    String failed() {
        String failed = path();
        failed = failed != null ? failed : format();
        failed = failed != null ? failed : size();
        failed = failed != null ? failed : name("mount", match.mount(), () -> Optional.of(subject.mountType()));
        failed = failed != null ? failed : name("command", match.command(), subject.reader()::command);
        failed = failed != null ? failed : user();
        failed = failed != null ? failed : name("cgroup", match.cgroup(), subject.reader()::cgroup);
        return failed != null ? failed : pod();
    }

    /** What held, in one line; after {@link #failed}. */
    String held() {
        return held.isEmpty() ? "no conditions" : String.join(", ", held);
    }

    private String path() {
        if (match.paths().isEmpty()) {
            return null;
        }
        for (Glob pattern : match.paths()) {
            if (pathMatches(pattern)) {
                held.add("path " + pattern);
                return null;
            }
        }
        return "path " + match.paths().getFirst()
                + (match.paths().size() > 1 ? " and " + (match.paths().size() - 1) + " more" : "");
    }

    private boolean pathMatches(Glob pattern) {
        String label = PathText.of(subject.path());
        if (pattern.isAbsolute()) {
            return pattern.matches(label);
        }
        for (RootRule root : roots) {
            if (subject.path().startsWith(root.path())) {
                String folder = PathText.of(root.path());
                int start = folder.endsWith("/") ? folder.length() : folder.length() + 1;
                // a root's bytes and a file's are written alike unless only the file's name is no text
                String below = label.startsWith(folder) && label.length() > start
                        ? label.substring(start)
                        : PathText.of(root.path().relativize(subject.path()));
                if (pattern.matches(below)) {
                    return true;
                }
            }
        }
        return false;
    }

    private String format() {
        if (match.formats().isEmpty()) {
            return null;
        }
        if (match.formats().contains(subject.format())) {
            held.add("format " + subject.format().label());
            return null;
        }
        List<String> wanted = match.formats().stream().map(Format::label).toList();
        return "format " + String.join(" or ", wanted) + ": the model is "
                + subject.format().label();
    }

    private String size() {
        if (match.size() == null) {
            return null;
        }
        if (match.size().contains(subject.sizeBytes())) {
            held.add("size " + match.size().text());
            return null;
        }
        return "size " + match.size().text() + ": the model has " + subject.sizeBytes() + " bytes";
    }

    /** {@code fact} is only asked for where there is a pattern. */
    private String name(String key, Glob pattern, Supplier<Optional<String>> fact) {
        if (pattern == null) {
            return null;
        }
        Optional<String> value = fact.get();
        if (value.isEmpty()) {
            return key + " " + pattern + ": " + nobody();
        }
        if (pattern.matches(value.get())) {
            held.add(key + " " + pattern);
            return null;
        }
        return key + " " + pattern + ": it is " + value.get();
    }

    private String user() {
        if (match.user() == null) {
            return null;
        }
        Optional<Integer> uid = subject.reader().uid();
        if (uid.isPresent() && uid.get() == match.user().uid()) {
            held.add("user " + match.user().name());
            return null;
        }
        return "user " + match.user().name() + ": "
                + uid.map(number -> "the reader's uid is " + Integer.toUnsignedString(number))
                        .orElseGet(this::nobody);
    }

    private String pod() {
        if (match.pod() == null) {
            return null;
        }
        Reader reader = subject.reader();
        boolean byName = match.pod().toString().indexOf('/') >= 0;
        Optional<String> pod = byName ? reader.podName() : reader.podUid();
        if (pod.isEmpty()) {
            String why = reader.podUid()
                    .map(uid -> "the name of pod " + uid + " is unknown")
                    .orElseGet(() -> reader.cgroup().isEmpty() ? nobody() : "the reader is in no pod");
            return "pod " + match.pod() + ": " + why;
        }
        return name("pod", match.pod(), () -> pod);
    }

    private String nobody() {
        return subject.reader().pid() <= 0
                ? "the reader is not known"
                : "the reader (pid " + subject.reader().pid() + ") is gone";
    }
}
