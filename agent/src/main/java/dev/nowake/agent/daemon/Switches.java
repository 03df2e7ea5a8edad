package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.agent.rules.Modes;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * What an operator has switched while the daemon runs: whether anything is done at all, and the modes of single rules and
 * roots. Outlives a reload of the configuration, not the process. Any thread.
 */
public final class Switches implements AutoCloseable {
    /** What the file stops has stopped a second after it was made; a look costs some microseconds. */
    private static final long LOOK_MILLIS = 400;

    /**
     * @param pause null while nobody has paused
     */
    private record State(boolean disabled, Pause pause, Modes modes) {
        boolean acts() {
            return !disabled && pause == null;
        }
    }

    /** {@code endSeconds}: of the steady clock; infinite for until somebody resumes. */
    private record Pause(String by, double endSeconds) {}

    private final Path disableFile;
    private final KeepList keeps;
    private final Journal journal;
    private final Clocks clocks;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile State state = new State(false, null, Modes.CONFIGURED);
    private Thread thread;
    private boolean told;

    /** {@code disableFile}: as long as it is there nothing is done; null for none. It is looked at at once. */
    Switches(Path disableFile, KeepList keeps, Journal journal, Clocks clocks) {
        this.disableFile = disableFile;
        this.keeps = keeps;
        this.journal = journal;
        this.clocks = clocks;
        look();
    }

    /** From now on the file and the end of a pause are noticed. */
    void start() {
        thread = Thread.ofPlatform().name("nowake-switches").daemon().start(() -> {
            try {
                while (true) {
                    Thread.sleep(LOOK_MILLIS);
                    lookAgain();
                }
            } catch (InterruptedException stop) {
                return;
            }
        });
    }

    /** Whatever one look meets, the file must be noticed at the next. */
    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException broken) {
            if (!told) {
                told = true;
                journal.line(LineKind.ERROR)
                        .put("reason", "looking at the switches: " + broken)
                        .log();
            }
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** False: nothing is prefetched, dropped, reclaimed or compacted, whatever the modes say. */
    public boolean acts() {
        return state.acts();
    }

    /** By the file. */
    public boolean isDisabled() {
        return state.disabled();
    }

    /** By the verb. */
    public boolean isPaused() {
        return state.pause() != null;
    }

    Modes modes() {
        return state.modes();
    }

    KeepList keeps() {
        return keeps;
    }

    /** {@code changed} is run after every change, on the thread that made it; it must not wait. */
    void listen(Runnable changed) {
        listeners.add(changed);
    }

    void unlisten(Runnable changed) {
        listeners.remove(changed);
    }

    /** {@code length}: null for until {@link #resume}. In place of a pause under way. */
    void pause(Duration length, String by) {
        double end = length == null ? Double.POSITIVE_INFINITY : clocks.steadySeconds() + length.toSeconds();
        change(old -> new State(old.disabled(), new Pause(by, end), old.modes()));
        line("pause")
                .put("forSeconds", length == null ? null : length.toSeconds())
                .put("by", by)
                .log();
    }

    /** Returns false where nothing was paused. */
    boolean resume(String by) {
        boolean was = isPaused();
        change(old -> new State(old.disabled(), null, old.modes()));
        if (was) {
            line("resume").put("by", by).log();
        }
        return was;
    }

    /** {@code mode}: null for the configuration's. */
    void setRule(String name, Mode mode, String by) {
        change(old -> new State(old.disabled(), old.pause(), old.modes().withRule(name, mode)));
        line("mode").put("rule", name).put("mode", label(mode)).put("by", by).log();
    }

    /** {@code mode}: null for the configuration's. */
    void setRoot(Path path, Mode mode, String by) {
        change(old -> new State(old.disabled(), old.pause(), old.modes().withRoot(path, mode)));
        line("mode").path(path).put("mode", label(mode)).put("by", by).log();
    }

    /** Every rule and root back to the configuration's mode. */
    void reset(String by) {
        change(old -> new State(old.disabled(), old.pause(), Modes.CONFIGURED));
        line("mode").put("mode", label(null)).put("by", by).log();
    }

    /** Another configuration is in force: what was set of rules and roots that it does not have is forgotten, and told. */
    void reloaded(Config config) {
        Modes before = modes();
        change(old -> new State(old.disabled(), old.pause(), old.modes().keptBy(config)));
        Modes after = modes();
        before.rules().keySet().stream()
                .filter(name -> !after.rules().containsKey(name))
                .forEach(name -> line("mode")
                        .put("rule", name)
                        .put("mode", label(null))
                        .put("reason", "the configuration was read again, and it has no rule of this name")
                        .log());
        before.roots().keySet().stream()
                .filter(path -> !after.roots().containsKey(path))
                .forEach(path -> line("mode")
                        .path(path)
                        .put("mode", label(null))
                        .put("reason", "the configuration was read again, and it has no such root")
                        .log());
    }

    private static String label(Mode mode) {
        return mode == null ? "configured" : mode.label();
    }

    private Journal.Line line(String what) {
        return journal.line(LineKind.SWITCH).put("switch", what);
    }

    /** Whether the file is there and a pause is over. Where the folder cannot be looked at, the last answer stands. */
    private void look() {
        State now = state;
        boolean disabled = now.disabled()
                ? !isGone()
                : disableFile != null && Files.exists(disableFile, LinkOption.NOFOLLOW_LINKS);
        if (disabled != now.disabled()) {
            change(old -> new State(disabled, old.pause(), old.modes()));
            line(disabled ? "disable" : "enable")
                    .path(disableFile)
                    .put("reason", disabled ? "the file is there: nothing is done until it is removed" : "it is gone")
                    .log();
        }
        Pause pause = now.pause();
        if (pause != null && pause.endSeconds() <= clocks.steadySeconds()) {
            change(old -> old.pause() == pause ? new State(old.disabled(), null, old.modes()) : old);
            line("resume").put("reason", "the time asked for is over").log();
        }
        keeps.expire().forEach(model -> {
            line("unkeep")
                    .put("model", model)
                    .put("reason", "the time asked for is over")
                    .log();
            changed();
        });
    }

    private boolean isGone() {
        return Files.notExists(disableFile, LinkOption.NOFOLLOW_LINKS);
    }

    private void change(UnaryOperator<State> how) {
        synchronized (this) {
            state = how.apply(state);
        }
        changed();
    }

    /** Also after a change of the keeps. */
    void changed() {
        listeners.forEach(Runnable::run);
    }

    /** The part of {@code status} about this. */
    Map<String, Object> describe() {
        State now = state;
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("acts", now.acts());
        document.put("disabled", now.disabled());
        document.put("disableFile", disableFile == null ? null : disableFile.toString());
        document.put("paused", now.pause() != null);
        boolean ends = now.pause() != null && !Double.isInfinite(now.pause().endSeconds());
        document.put("pausedLeftSeconds", ends ? now.pause().endSeconds() - clocks.steadySeconds() : null);
        document.put("pausedBy", now.pause() == null ? null : now.pause().by());
        List<Object> set = new ArrayList<>();
        now.modes().rules().forEach((name, mode) -> set.add(set("rule", name, mode)));
        now.modes()
                .roots()
                .forEach((path, mode) -> set.add(set("root", PathLabel.of(path).text(), mode)));
        document.put("set", set);
        document.put("kept", keeps.describe());
        return document;
    }

    private static Map<String, Object> set(String kind, String name, Mode mode) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(kind, name);
        document.put("mode", mode.label());
        return document;
    }
}
