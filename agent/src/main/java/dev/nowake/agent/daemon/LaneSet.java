package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The lanes there are: one for all local filesystems, one for each remote one. They come and go with the roots and with what
 * is mounted there. {@link #all} is for any thread, the rest for one at a time.
 */
final class LaneSet implements AutoCloseable {
    /** As long as a slow network filesystem needs to list some thousand folders. */
    private static final long HANGING_START_SECONDS = 5;

    /** What is in flight for a load that is let go ends within a second, unless its server hangs. */
    private static final long END_SECONDS = 2;

    /**
     * A loader that reads what it finds at once would find its first bytes counted as resident before it came: so files are
     * looked at before anybody is told that the daemon is ready. 10,000 files in page cache take some seconds.
     */
    private static final long FIRST_LOOK_NANOS = 1_000_000_000L;

    private final Parts parts;
    private final Handover handover;
    private final Consumer<Throwable> broken;
    private final Runnable moved;
    private volatile Map<Long, Lane> lanes = Map.of();

    /** Those that left while their server hung: they hold descriptors until it answers, and act no more. */
    private final Set<Lane> leaving = ConcurrentHashMap.newKeySet();

    /**
     * Opens what listening needs and marks nothing yet.
     *
     * @param broken told of what an engine's task throws
     * @param moved told, at every look, when a root is on another lane's storage by now: something was mounted there
     */
    LaneSet(Parts parts, Config config, Handover handover, Consumer<Throwable> broken, Runnable moved)
            throws KernelException {
        this.parts = parts;
        this.handover = handover;
        this.broken = broken;
        this.moved = moved;
        Map<Long, Lane> first = new LinkedHashMap<>();
        for (Map.Entry<Long, Config> part : split(config).entrySet()) {
            first.put(part.getKey(), make(part.getKey(), part.getValue()));
        }
        lanes = first;
    }

    private Map<Long, Config> split(Config config) {
        return Lanes.split(config, MountInfo.read(parts.procRoot()));
    }

    private Lane make(long key, Config config) throws KernelException {
        Parts own = parts.withEngine(new Engine(broken), new LoadBook());
        long look = key == Lanes.LOCAL ? FIRST_LOOK_NANOS : 0;
        return new Lane(own, config, handover, Long.toString(key), (root, mounts) -> isOf(key, root, mounts), look);
    }

    private boolean isOf(long key, Path root, MountInfo mounts) {
        boolean ours = Lanes.of(root, mounts) == key;
        if (!ours) {
            moved.run();
        }
        return ours;
    }

    Collection<Lane> all() {
        return lanes.values();
    }

    /** Null where no root is on a local filesystem. */
    Lane local() {
        return lanes.get(Lanes.LOCAL);
    }

    int folders() {
        return all().stream().mapToInt(Lane::folders).sum();
    }

    int models() {
        return all().stream().mapToInt(Lane::models).sum();
    }

    /** Starts all. Returns when every folder is marked, or after 5 s without those on servers that do not answer. */
    void start() {
        Map<Lane, CompletableFuture<Void>> marking = new LinkedHashMap<>();
        lanes.forEach((key, lane) -> marking.put(lane, lane.start(Long.toString(key))));
        await(marking);
    }

    /**
     * Another configuration: its rules are in force at once, its roots when this returns, which is when {@link #start}
     * would. No event of a root that stays is lost.
     *
     * @throws KernelException where a lane that is needed cannot listen; then nothing has changed
     */
    void follow(Config next) throws KernelException {
        Map<Long, Config> split = split(next);
        Map<Long, Lane> before = lanes;
        Map<Long, Lane> fresh = makeMissing(split, before);
        Map<Long, Lane> after = new LinkedHashMap<>();
        split.keySet().forEach(key -> after.put(key, fresh.containsKey(key) ? fresh.get(key) : before.get(key)));
        List<Lane> leaving = new ArrayList<>(before.values());
        leaving.removeAll(after.values());
        Map<Lane, Config> staying = new LinkedHashMap<>();
        split.forEach((key, part) -> {
            if (!fresh.containsKey(key)) {
                staying.put(after.get(key), part);
            }
        });
        staying.forEach(Lane::rules);
        lanes = after;
        end(leaving);
        // a root that changes lanes is left by the one before the other one takes it: two would both act
        Map<Lane, CompletableFuture<Void>> marking = new LinkedHashMap<>();
        Map<Lane, Config> gaining = new LinkedHashMap<>(staying);
        gaining.entrySet().removeIf(lane -> loses(lane.getKey(), lane.getValue()));
        staying.keySet().removeAll(gaining.keySet());
        staying.forEach((lane, part) -> marking.put(lane, lane.roots(part)));
        await(marking);
        marking.clear();
        gaining.forEach((lane, part) -> marking.put(lane, lane.roots(part)));
        fresh.forEach((key, lane) -> marking.put(lane, lane.start(Long.toString(key))));
        await(marking);
    }

    private Map<Long, Lane> makeMissing(Map<Long, Config> split, Map<Long, Lane> before) throws KernelException {
        Map<Long, Lane> fresh = new LinkedHashMap<>();
        try {
            for (Map.Entry<Long, Config> part : split.entrySet()) {
                if (!before.containsKey(part.getKey())) {
                    fresh.put(part.getKey(), make(part.getKey(), part.getValue()));
                }
            }
        } catch (KernelException refused) {
            fresh.values().forEach(Lane::close);
            throw refused;
        }
        return fresh;
    }

    private static boolean loses(Lane lane, Config part) {
        Set<Path> next = part.roots().stream().map(RootRule::path).collect(Collectors.toSet());
        return !next.containsAll(lane.rootPaths());
    }

    /** One whose server hangs is closed when it has let go of what it holds: a stopped engine would hold it for ever. */
    private void end(List<Lane> ending) {
        leaving.addAll(ending);
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        ending.forEach(lane -> ends.add(lane.end().thenRunAsync(() -> {
            lane.close();
            leaving.remove(lane);
        })));
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException hanging) {
            parts.counters().increment(Counter.ERRORS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(Map<Lane, CompletableFuture<Void>> marking) {
        // with local roots alone there is no server to hang: they are waited for, however large
        Lane local = local();
        boolean patient = marking.keySet().stream().allMatch(lane -> lane == local);
        try {
            CompletableFuture.allOf(marking.values().toArray(CompletableFuture[]::new))
                    .get(patient ? Long.MAX_VALUE : HANGING_START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException hanging) {
            marking.forEach((lane, marked) -> {
                if (!marked.isDone()) {
                    lane.rootPaths().forEach(this::notAnswering);
                }
            });
        } catch (ExecutionException failed) {
            broken.accept(failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void notAnswering(Path root) {
        parts.counters().increment(Counter.ERRORS);
        parts.journal()
                .line(LineKind.ERROR)
                .path(root)
                .put("reason", "root does not answer; it is watched as soon as it does, the other roots are now")
                .log();
    }

    /** Stops all; {@link #awaitEnd} waits for them. */
    @Override
    public void close() {
        all().forEach(Lane::close);
        leaving.forEach(Lane::close);
    }

    void awaitEnd(long millisEach) throws InterruptedException {
        for (Lane lane : all()) {
            lane.awaitEnd(millisEach);
        }
    }
}
