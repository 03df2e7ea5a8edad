package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Reads the configuration again and has the daemon follow it, one reload at a time, on a thread of its own. One that is
 * wrong changes nothing but what {@link #document} says. Any thread.
 */
final class Reloading implements AutoCloseable {
    /** A control client is dropped after two seconds; it asks again until the reload is done. */
    private static final long ANSWER_MILLIS = 1000;

    /** Takes another configuration. */
    interface Follower {
        void follow(Config next) throws KernelException;
    }

    /** Is told when a reload begins and when it is over. */
    interface Listener {
        Listener NONE = new Listener() {
            @Override
            public void begins() {}

            @Override
            public void ends() {}
        };

        void begins();

        void ends();
    }

    /** How the last one went. {@code errors}: empty where it went well. */
    private record Last(long atNanos, List<String> errors) {}

    private final Parts parts;
    private final Predicate<String> servedMirrors;
    private final Follower follower;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("nowake-reload").daemon().factory());
    private final Map<Long, CompletableFuture<Map<String, Object>>> asked = new LinkedHashMap<>();
    private volatile ConfigSource source;
    private volatile Listener listener = Listener.NONE;
    private volatile Config config;
    private volatile Last last;
    private long count;

    /** {@code servedMirrors}: whether the mirror of this name is. */
    Reloading(Parts parts, Config first, Predicate<String> servedMirrors, Follower follower) {
        this.parts = parts;
        this.config = first;
        this.servedMirrors = servedMirrors;
        this.follower = follower;
        this.source = policies -> config;
    }

    /** The configuration in force. */
    Config config() {
        return config;
    }

    void from(ConfigSource where) {
        source = where;
    }

    void tell(Listener whom) {
        listener = whom;
    }

    /** Returns its number, by which {@link #answer} is asked how it went. */
    long begin() {
        synchronized (asked) {
            long number = ++count;
            CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
            asked.put(number, answer);
            asked.keySet().removeIf(old -> old < number - 100);
            try {
                thread.execute(() -> answer.complete(reload()));
            } catch (RejectedExecutionException stopping) {
                answer.complete(ControlError.of("failed", "the daemon is stopping"));
            }
            return number;
        }
    }

    /** Something was mounted where a root is, or unmounted: the same configuration, with other lanes. */
    void again() {
        try {
            thread.execute(() -> {
                try {
                    follower.follow(config);
                } catch (KernelException | RuntimeException refused) {
                    failed("cannot listen where something was mounted: " + refused.getMessage());
                }
            });
        } catch (RejectedExecutionException stopping) {
            return;
        }
    }

    /** The verb {@code reload}: begins one, or asks with {@code number} how one goes; {@code done} is false until it is over. */
    Object answer(Map<String, Object> request) {
        long number = request.get("number") instanceof Number known ? known.longValue() : begin();
        CompletableFuture<Map<String, Object>> answer;
        synchronized (asked) {
            answer = asked.get(number);
        }
        if (answer == null) {
            throw new IllegalArgumentException("no reload has the number " + number);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("number", number);
        try {
            Map<String, Object> result = answer.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
            document.put("done", true);
            document.putAll(result);
        } catch (TimeoutException | ExecutionException busy) {
            document.put("done", false);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            document.put("done", false);
        }
        return document;
    }

    private Map<String, Object> reload() {
        long began = System.nanoTime();
        listener.begins();
        try {
            Config next = source.read(parts.decider().registry());
            ConfigChanges changes = ConfigChanges.between(config, next, servedMirrors);
            follower.follow(next);
            config = next;
            return done(changes, (System.nanoTime() - began) / 1e9);
        } catch (ConfigException wrong) {
            return refused("misconfigured", wrong.getMessage().lines().toList());
        } catch (KernelException | RuntimeException failed) {
            return refused("failed", List.of(String.valueOf(failed.getMessage())));
        } finally {
            listener.ends();
        }
    }

    private Map<String, Object> done(ConfigChanges changes, double seconds) {
        parts.counters().increment(Counter.RELOADS);
        last = new Last(System.nanoTime(), List.of());
        List<String> problems = parts.decider().registry().problems();
        parts.journal()
                .line(LineKind.RELOAD)
                .put("changes", changes.now())
                .put("atRestart", changes.atRestart().isEmpty() ? null : changes.atRestart())
                .put("seconds", seconds)
                .log();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("changes", changes.now());
        document.put("atRestart", changes.atRestart());
        document.put("problems", problems);
        document.put("seconds", seconds);
        return document;
    }

    private Map<String, Object> refused(String code, List<String> errors) {
        parts.counters().increment(Counter.RELOADS_FAILED);
        last = new Last(System.nanoTime(), errors);
        parts.journal()
                .line(LineKind.RELOAD)
                .put("errors", errors)
                .put("reason", "the configuration in force stays")
                .log();
        Map<String, Object> document = new LinkedHashMap<>(ControlError.of(
                code, "the configuration in force stays; the new one is wrong: " + String.join("; ", errors)));
        document.put("errors", errors);
        return document;
    }

    private void failed(String reason) {
        parts.counters().increment(Counter.ERRORS);
        parts.journal().line(LineKind.ERROR).put("reason", reason).log();
    }

    /** What is wrong with the configuration that was refused last; null where none was, or a good one came since. */
    String refusal() {
        Last known = last;
        return known == null || known.errors().isEmpty() ? null : known.errors().getFirst();
    }

    /** The last reload, for {@code status}; null before there was one. */
    Map<String, Object> document() {
        Last known = last;
        if (known == null) {
            return null;
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("secondsAgo", (System.nanoTime() - known.atNanos()) / 1e9);
        document.put("errors", known.errors());
        return document;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
