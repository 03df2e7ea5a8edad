package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The control verbs that switch something: pause, resume, keep, unkeep, enforce, observe. Any thread. */
final class SwitchAnswers {
    /** A year: longer than any host is left alone, and far from where nanoseconds overflow. */
    private static final long MAX_SECONDS = 366L * 24 * 3600;

    private final Switches switches;
    private final Supplier<Config> config;
    private final Supplier<List<FoundModel>> models;
    private final Journal journal;

    /** {@code config}: the one in force; {@code models}: all that are known now. */
    SwitchAnswers(Switches switches, Supplier<Config> config, Supplier<List<FoundModel>> models, Journal journal) {
        this.switches = switches;
        this.config = config;
        this.models = models;
        this.journal = journal;
    }

    Answers addTo(Answers answers) {
        return answers.change("pause", (request, by) -> {
                    switches.pause(length(request), by);
                    return switches.describe();
                })
                .change("resume", (request, by) -> resume(by))
                .change("keep", this::keep)
                .change("unkeep", this::unkeep)
                .change("enforce", (request, by) -> mode(request, Mode.ENFORCE, by))
                .change("observe", (request, by) -> mode(request, Mode.OBSERVE, by));
    }

    /** Null for until somebody says otherwise. */
    private static Duration length(Map<String, Object> request) {
        Object seconds = request.get("forSeconds");
        if (seconds == null) {
            return null;
        }
        if (!(seconds instanceof Number number) || number.longValue() <= 0 || number.longValue() > MAX_SECONDS) {
            throw new IllegalArgumentException("'forSeconds' is a number of seconds from 1 to a year");
        }
        return Duration.ofSeconds(number.longValue());
    }

    private Object resume(String by) {
        boolean was = switches.resume(by);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("wasPaused", was);
        answer.putAll(switches.describe());
        return answer;
    }

    private Object keep(Map<String, Object> request, String by) {
        Duration length = length(request);
        List<FoundModel> found = find(request);
        if (found.isEmpty()) {
            return unknownModel(request);
        }
        try {
            switches.keeps()
                    .add(
                            found.stream()
                                    .map(model ->
                                            new KeepList.Wanted(model.model().name(), paths(model)))
                                    .toList(),
                            length);
        } catch (IOException unwritten) {
            return ControlError.of("failed", unwritten.getMessage());
        } finally {
            switches.changed();
        }
        List<String> names = found.stream().map(model -> model.model().name()).toList();
        journal.line(LineKind.SWITCH)
                .put("switch", "keep")
                .put("models", names)
                .put("forSeconds", length == null ? null : length.toSeconds())
                .put("by", by)
                .log();
        return Map.of("kept", names);
    }

    private Object unkeep(Map<String, Object> request, String by) {
        boolean all = Boolean.TRUE.equals(request.get("all"));
        String target = all ? "" : Answers.text(request, "target");
        Path path = RequestPath.of(request);
        Set<Path> files = new HashSet<>();
        find(request).forEach(model -> files.addAll(paths(model)));
        List<String> removed;
        try {
            removed = switches.keeps()
                    .remove(kept -> all
                            || kept.model().equals(target)
                            || kept.files().stream()
                                    .anyMatch(file -> files.contains(file) || path != null && file.startsWith(path)));
        } catch (IOException unwritten) {
            return ControlError.of("failed", unwritten.getMessage());
        } finally {
            switches.changed();
        }
        if (removed.isEmpty() && !all) {
            return ControlError.of("not_kept", target + " is not kept; 'nowake status' lists what is");
        }
        removed.forEach(model -> journal.line(LineKind.SWITCH)
                .put("switch", "unkeep")
                .put("model", model)
                .put("by", by)
                .log());
        return Map.of("unkept", removed);
    }

    private static List<Path> paths(FoundModel model) {
        return model.files().stream().map(FoundFile::path).toList();
    }

    /** By its name, or with a file that is the path or lies below it. */
    private List<FoundModel> find(Map<String, Object> request) {
        Path path = RequestPath.of(request);
        Object target = request.get("target");
        List<FoundModel> found = new ArrayList<>();
        for (FoundModel model : models.get()) {
            boolean named = model.model().name().equals(target);
            if (named || path != null && paths(model).stream().anyMatch(file -> file.startsWith(path))) {
                found.add(model);
            }
        }
        return found;
    }

    private static Object unknownModel(Map<String, Object> request) {
        return ControlError.of(
                "no_model",
                request.get("target") + " is neither a model file that nowake knows, nor a folder of some, nor a"
                        + " model's name; 'nowake status' lists the roots");
    }

    private Object mode(Map<String, Object> request, Mode wanted, String by) {
        boolean reset = Boolean.TRUE.equals(request.get("reset"));
        if (reset && request.get("target") == null) {
            switches.reset(by);
            return switches.describe();
        }
        String target = Answers.text(request, "target");
        Path path = RequestPath.of(request);
        Mode mode = reset ? null : wanted;
        for (Rule rule : config.get().rules()) {
            if (rule.name().equals(target)) {
                switches.setRule(target, mode, by);
                return switches.describe();
            }
        }
        for (RootRule root : config.get().roots()) {
            if (root.path().equals(path) || root.path().toString().equals(target)) {
                switches.setRoot(root.path(), mode, by);
                return switches.describe();
            }
        }
        return ControlError.of("not_found", target + " is no rule and no root; there are " + names());
    }

    private String names() {
        List<String> names = new ArrayList<>();
        config.get().rules().forEach(rule -> names.add(rule.name()));
        config.get().roots().forEach(root -> names.add(PathText.of(root.path())));
        return String.join(", ", names);
    }
}
