package dev.nowake.agent.decide;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The policies that answer now, by name, each with a record that outlives it. Looking up is for any thread, changing for one
 * at a time.
 */
final class PolicyRoster {
    /** Policies that are gone are remembered by name, with their state: so many of them. */
    private static final int MAX_RECORDS = 1000;

    /** The whole daemon ends within a second. */
    private static final long CLOSE_NANOS = 200_000_000L;

    private final PolicyNews news;
    private final Map<String, PolicyRecord> records = new LinkedHashMap<>();

    /** Replaced as a whole: whoever asks for a policy sees the old ones or the new ones. */
    private volatile Map<String, PolicyRunner> runners = Map.of();

    PolicyRoster(PolicyNews news) {
        this.news = news;
    }

    /** Null where there is none of that name. */
    PolicyRunner named(String name) {
        return runners.get(name);
    }

    boolean has(String name) {
        return runners.containsKey(name);
    }

    Set<String> names() {
        return runners.keySet();
    }

    Collection<PolicyRunner> all() {
        return runners.values();
    }

    /** The present ones, to be changed and handed to {@link #swap}. */
    Map<String, PolicyRunner> copy() {
        return new LinkedHashMap<>(runners);
    }

    /** Gives a runner the record of its name. */
    PolicyRunner serve(PolicyRunner runner) {
        if (records.size() >= MAX_RECORDS) {
            records.keySet().retainAll(runners.keySet());
        }
        return runner.serve(records.computeIfAbsent(runner.name(), PolicyRecord::new), news);
    }

    /** Others from now on; those that leave end after the call they are in. */
    void swap(Map<String, PolicyRunner> next, List<PolicyRunner> leaving) {
        Set<String> gone = new TreeSet<>(runners.keySet());
        gone.removeAll(next.keySet());
        runners = Collections.unmodifiableMap(next);
        leaving.forEach(PolicyRunner::retire);
        gone.forEach(name ->
                news.happened(name, "removed", "its file is gone; the fallback of every rule that names it answers"));
    }

    /** Ends every policy's thread; calls under way are given a moment. */
    void end() {
        runners.values().forEach(PolicyRunner::retire);
        try {
            long end = System.nanoTime() + CLOSE_NANOS;
            for (PolicyRunner runner : runners.values()) {
                runner.awaitEnd(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
