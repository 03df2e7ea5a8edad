package dev.nowake.policy.sim;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.HostView;
import dev.nowake.policy.Layouts;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PressureView;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One recorded load on one simulated host with one policy. The host is idle and cold: nothing of the model is resident and
 * nobody else wants memory. Needs no clock: equal arguments give equal results.
 */
public final class Simulation implements SimulatedReader.Listener {
    /** The daemon's pace: how often it looks how far readers are. */
    private static final long PROGRESS_NANOS = 100_000_000L;

    private static final long TICK_NANOS = 10_000_000_000L;

    /** Misses sooner after one the policy was told of are not told: the daemon does not see each either. */
    private static final long MISS_NANOS = 10_000_000L;

    /** A host that stays short of memory is said to be once a second. */
    private static final long PRESSURE_NANOS = 1_000_000_000L;

    /** Virtual time begins here, in unix seconds, so that a policy which reckons with time sees a plausible one. */
    private static final double EPOCH_SECONDS = 1_700_000_000;

    /** The kernel's pressure average covers ten seconds. */
    private static final double PRESSURE_AVERAGE_SECONDS = 10;

    private final HostSpec host;
    private final Timeline timeline = new Timeline();
    private final SimulatedCache cache;
    private final SimulatedStorage storage;
    private final SimulatedLoad load;
    private final PrefetchQueue queue;
    private final PolicySeat seat;
    private final List<SimulatedReader> readers = new ArrayList<>();

    private boolean progressPlanned;
    private long progressedNanos;
    private long missToldNanos = -MISS_NANOS;
    private long pressureToldNanos = -PRESSURE_NANOS;
    private long reclaimedBytes;
    private long refaultNanos;
    private double pressure;
    private long endNanos;

    private Simulation(Recording recording, HostSpec host, PolicySeat seat) {
        this.host = host;
        this.seat = seat;
        cache = new SimulatedCache(recording.files(), host.cacheBytes());
        storage = new SimulatedStorage(host.storage(), timeline, this::arrived);
        queue = new PrefetchQueue(cache, storage, host.marginBytes());
        ReadPath path = new ReadPath(cache, storage, host.readAheadBytes());
        ThinkTimes thinks = new ThinkTimes(recording);
        for (int[] own : byReader(recording)) {
            readers.add(new SimulatedReader(recording, own, thinks, path, timeline, this));
        }
        load = new SimulatedLoad(recording, readers.size(), cache);
    }

    /** {@code args}: validated against the policy's declaration. {@code call}: how its hooks are called. */
    public static SimulationResult run(
            Recording recording, HostSpec host, Policy policy, Map<String, Object> args, HookCall call) {
        return new Simulation(recording, host, new PolicySeat(policy, args, call)).run(policy.name());
    }

    private static List<int[]> byReader(Recording recording) {
        Map<Integer, IntStream.Builder> own = new LinkedHashMap<>();
        for (int i = 0; i < recording.accesses().size(); i++) {
            own.computeIfAbsent(recording.accesses().get(i).pid(), pid -> IntStream.builder())
                    .add(i);
        }
        return own.values().stream().map(indices -> indices.build().toArray()).toList();
    }

    private SimulationResult run(String name) {
        readers.forEach(SimulatedReader::start);
        timeline.after(TICK_NANOS, this::tick);
        while (!load.ended() || !storage.isIdle()) {
            if (!timeline.step()) {
                throw new IllegalStateException("a simulated reader waits for bytes nobody reads");
            }
        }
        ask(Trigger.CLOSE, null, null);
        long residentAtEnd = cache.residentBytes();
        return new SimulationResult(
                name,
                readers.stream().mapToLong(SimulatedReader::readBytes).sum(),
                readers.stream().mapToLong(SimulatedReader::hitBytes).sum(),
                readers.stream().mapToLong(SimulatedReader::stallNanos).sum() / 1e9,
                endNanos / 1e9,
                cache.peakBytes(),
                residentAtEnd,
                cache.storageBytes(),
                cache.prefetchedBytes(),
                cache.neverUsedBytes(),
                cache.readAgainBytes(),
                cache.evictedBytes(),
                cache.reclaimedBytes(),
                seat.refused(),
                seat.calls(),
                seat.failedCalls(),
                seat.failures());
    }

    @Override
    public void opened(int file) {
        load.opened(file, nowSeconds());
        ask(Trigger.OPEN, file, null);
    }

    @Override
    public void missed(int file, long start, long end) {
        if (timeline.nowNanos() - missToldNanos >= MISS_NANOS) {
            missToldNanos = timeline.nowNanos();
            ask(Trigger.MISS, file, new ByteRange(start, end));
        }
    }

    @Override
    public void used(int file, int block, long offsetBytes, long lengthBytes) {
        load.used(file, block, offsetBytes, lengthBytes);
        planProgress();
    }

    @Override
    public void closed(int file) {
        load.closed(file, nowSeconds());
        if (!load.inUse(file)) {
            ask(Trigger.CLOSE, file, null);
        }
    }

    @Override
    public void finished() {
        load.readerFinished();
        if (load.ended()) {
            endNanos = timeline.nowNanos();
            queue.clear();
        }
    }

    private void arrived(SimulatedStorage.Request request) {
        for (int block = request.first; block < request.end; block++) {
            cache.arrive(request.file, block);
        }
        if (request.prefetch) {
            queue.landed(request.bytes);
        }
        planProgress();
        for (SimulatedReader reader : readers) {
            reader.arrived(request);
        }
        queue.pump();
    }

    /** Nothing is planned while nothing moves: a long pause costs nothing. */
    private void planProgress() {
        if (!progressPlanned && !load.ended()) {
            progressPlanned = true;
            long due = progressedNanos + PROGRESS_NANOS - timeline.nowNanos();
            timeline.after(Math.max(0, due), this::progress);
        }
    }

    private void progress() {
        progressPlanned = false;
        if (load.ended()) {
            return;
        }
        measurePressure();
        load.measure(nowSeconds());
        progressedNanos = timeline.nowNanos();
        boolean reclaimed = cache.reclaimedBytes() > reclaimedBytes;
        if (reclaimed && timeline.nowNanos() - pressureToldNanos >= PRESSURE_NANOS) {
            reclaimedBytes = cache.reclaimedBytes();
            pressureToldNanos = timeline.nowNanos();
            load.shortOfMemory();
            ask(Trigger.PRESSURE, null, null);
        }
        ask(Trigger.PROGRESS, null, null);
    }

    /** As the kernel does it: waiting for what had been dropped counts, waiting for what was never there does not. */
    private void measurePressure() {
        long nanos = timeline.nowNanos() - progressedNanos;
        long refaults =
                readers.stream().mapToLong(SimulatedReader::refaultNanos).sum();
        if (nanos > 0) {
            double share = Math.min(1, (double) (refaults - refaultNanos) / nanos / readers.size());
            double kept = StrictMath.exp(-nanos / 1e9 / PRESSURE_AVERAGE_SECONDS);
            pressure = pressure * kept + 100 * share * (1 - kept);
            refaultNanos = refaults;
        }
    }

    private void tick() {
        if (!load.ended()) {
            ask(Trigger.TICK, null, null);
            timeline.after(TICK_NANOS, this::tick);
        }
    }

    /** Both hooks, one after the other, each on what is true when it is called. {@code file}: null where about none. */
    private void ask(Trigger trigger, Integer file, ByteRange range) {
        for (Hook hook : Hook.values()) {
            for (Guard.Checked step : seat.ask(hook, input(trigger, file, range))) {
                act(step);
            }
        }
        queue.pump();
    }

    private PolicyInput input(Trigger trigger, Integer file, ByteRange range) {
        return new PolicyInput(
                trigger,
                file == null ? null : load.view(file),
                range,
                load.model(),
                Layouts.NONE,
                load.loadView(timeline.nowNanos() / 1e9),
                List.of(load.modelView()),
                hostView(),
                nowSeconds(),
                seat.args(),
                seat.state());
    }

    /** Free memory is never scattered here. */
    private HostView hostView() {
        long free = Math.max(0, cache.freeBytes());
        long available = Math.max(0, cache.capacityBytes() - cache.inFlightBytes());
        PressureView seen = pressure == 0 ? PressureView.NONE : new PressureView(pressure, pressure);
        NodeView node = new NodeView(0, host.memoryBytes(), free, free, cache.residentBytes());
        return new HostView(host.memoryBytes(), free, available, free, seen, List.of(node), false);
    }

    private double nowSeconds() {
        return EPOCH_SECONDS + timeline.nowNanos() / 1e9;
    }

    private void act(Guard.Checked checked) {
        int file = load.index(checked.file());
        switch (checked.step()) {
            case Step.Prefetch prefetch -> {
                if (!load.ended()) {
                    queue.add(file, load.ask(file, checked.range()), prefetch.priority());
                }
            }
            case Step.Evict evict -> evict(file, load.evictable(file, checked.range(), nowSeconds()));
            case Step.Keep keep -> load.keep(file, keep);
        }
    }

    /** Only blocks that lie in the range as a whole go, as the kernel drops whole pages only. */
    private void evict(int file, RangeSet range) {
        for (ByteRange part : range.ranges()) {
            for (int block = cache.block(file, part.start()); block <= cache.block(file, part.end() - 1); block++) {
                long offset = cache.offsetOf(file, block);
                if (offset >= part.start() && offset + cache.bytesOf(file, block) <= part.end()) {
                    cache.evict(file, block);
                }
            }
        }
        load.forget(file, range);
    }
}
