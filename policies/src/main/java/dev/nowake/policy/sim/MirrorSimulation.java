package dev.nowake.policy.sim;

import dev.nowake.model.FileId;
import dev.nowake.policy.Guard;
import dev.nowake.policy.HostView;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads of models through a mirror with a budget, one policy deciding what leaves the disk. The disk is empty at first and has
 * nobody else on it; what is loaded is brought whole, and stays open until its load is over. Needs no clock: equal arguments
 * give equal results.
 */
public final class MirrorSimulation {
    private static final HostView HOST = new HostView(1L << 36, 1L << 35, 1L << 35);

    private final long budgetBytes;
    private final PolicySeat seat;
    private final Map<String, OnDisk> disk = new LinkedHashMap<>();
    private long fetchedBytes;
    private long evictedBytes;
    private int evictions;
    private int fromDisk;
    private int withoutRoom;
    private long files;

    private MirrorSimulation(long budgetBytes, PolicySeat seat) {
        this.budgetBytes = budgetBytes;
        this.seat = seat;
    }

    /** A model on the disk. */
    private record OnDisk(FileId file, long bytes, double lastLoadedSeconds, double openUntilSeconds) {}

    /** {@code args}: validated against the policy's declaration. {@code call}: how its hooks are called. */
    public static MirrorResult run(
            List<ModelLoad> loads, long budgetBytes, Policy policy, Map<String, Object> args, HookCall call) {
        MirrorSimulation simulation = new MirrorSimulation(budgetBytes, new PolicySeat(policy, args, call));
        List<ModelLoad> inOrder = new ArrayList<>(loads);
        inOrder.sort(Comparator.comparingDouble(ModelLoad::atSeconds));
        inOrder.forEach(simulation::load);
        return simulation.result(policy.name(), inOrder);
    }

    private void load(ModelLoad load) {
        OnDisk there = disk.get(load.model());
        if (there != null && there.bytes() == load.sizeBytes()) {
            fromDisk++;
        } else {
            if (there != null) {
                disk.remove(load.model()); // another one by now: it is brought anew
            }
            if (!makeRoom(load)) {
                withoutRoom++;
                return;
            }
            fetchedBytes += load.sizeBytes();
        }
        double openUntil = Math.max(load.untilSeconds(), there == null ? 0 : there.openUntilSeconds());
        FileId file = there == null ? new FileId(1, ++files) : there.file();
        disk.put(load.model(), new OnDisk(file, load.sizeBytes(), load.atSeconds(), openUntil));
    }

    private boolean makeRoom(ModelLoad load) {
        MirrorView mirror = view(load);
        if (mirror.excessBytes() > 0) {
            PolicyInput input = PolicyInput.ofDisk(mirror, HOST, load.atSeconds(), seat.args(), seat.state());
            for (Guard.FromDisk step : seat.askDisk(input)) {
                disk.remove(step.model().name());
                evictions++;
                evictedBytes += step.model().onDiskBytes();
            }
        }
        return view(load).excessBytes() == 0;
    }

    private MirrorView view(ModelLoad load) {
        List<MirroredModelView> models = new ArrayList<>();
        long used = 0;
        for (Map.Entry<String, OnDisk> each : disk.entrySet()) {
            OnDisk model = each.getValue();
            used += model.bytes();
            MirroredModelView.MirroredFile file =
                    new MirroredModelView.MirroredFile(model.file(), each.getKey(), model.bytes(), model.bytes());
            models.add(new MirroredModelView(
                    each.getKey(),
                    model.bytes(),
                    model.bytes(),
                    model.lastLoadedSeconds(),
                    model.openUntilSeconds() > load.atSeconds(),
                    false,
                    false,
                    List.of(file)));
        }
        return new MirrorView("simulated", budgetBytes, used, Long.MAX_VALUE, 0, load.sizeBytes(), models);
    }

    private MirrorResult result(String policy, List<ModelLoad> loads) {
        return new MirrorResult(
                policy,
                loads.size(),
                fromDisk,
                loads.stream().mapToLong(ModelLoad::sizeBytes).sum(),
                fetchedBytes,
                evictions,
                evictedBytes,
                withoutRoom,
                seat.refused(),
                seat.calls(),
                seat.failedCalls(),
                seat.failures());
    }
}
