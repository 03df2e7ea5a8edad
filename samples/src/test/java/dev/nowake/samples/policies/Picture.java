package dev.nowake.samples.policies;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Layout;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.model.Tensor;
import dev.nowake.policy.FileView;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PressureView;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.sim.Recording;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A moment of the recorded load that the simulation does not come to: tensors that are known, a second node, another time of
 * the day. The first shard is being read.
 */
final class Picture {
    private final Map<FileId, Layout> layouts = new HashMap<>();
    private final Map<String, Object> args = new HashMap<>();
    private List<NodeView> nodes = List.of();
    private PressureView pressure = PressureView.NONE;
    private double time = 1_700_000_000;
    private double rate;
    private long frontier;
    private RangeSet touched = RangeSet.EMPTY;
    private boolean ended;

    static FileId id(int shard) {
        return new FileId(1, shard);
    }

    Picture arg(String name, Object value) {
        args.put(name, value);
        return this;
    }

    Picture args(Map<String, Object> all) {
        args.putAll(all);
        return this;
    }

    /** Tensors of 1 MiB, one after the other from the shard's start. */
    Picture tensors(int shard, String... names) {
        List<Tensor> tensors = new ArrayList<>();
        for (String name : names) {
            tensors.add(new Tensor(name, ByteRange.ofLength((long) tensors.size() << 20, 1 << 20)));
        }
        layouts.put(id(shard), new Layout(Format.SAFETENSORS, tensors, 0, tensors.size()));
        return this;
    }

    Picture node(int number, long freeBytes) {
        List<NodeView> more = new ArrayList<>(nodes);
        more.add(new NodeView(number, 1L << 40, freeBytes, freeBytes, 0));
        nodes = more;
        return this;
    }

    Picture pressure(double some) {
        pressure = new PressureView(some, 0);
        return this;
    }

    Picture at(double unixSeconds) {
        time = unixSeconds;
        return this;
    }

    /** How far the first shard's reader has got, and how fast. */
    Picture reader(long frontierBytes, double bytesPerSecond) {
        frontier = frontierBytes;
        touched = RangeSet.between(0, frontierBytes);
        rate = bytesPerSecond;
        return this;
    }

    Picture over() {
        ended = true;
        return this;
    }

    PolicyInput input(Trigger trigger) {
        List<FileView> files = new ArrayList<>();
        List<Shard> shards = new ArrayList<>();
        for (Recording.RecordedFile file : RecordedLoad.recording().files()) {
            int number = shards.size();
            boolean read = number == 0;
            shards.add(new Shard(id(number), number, file.path(), file.sizeBytes()));
            files.add(new FileView(
                    id(number),
                    number,
                    file.path(),
                    file.sizeBytes(),
                    read,
                    read && !ended,
                    read ? frontier : 0,
                    read ? touched : RangeSet.EMPTY,
                    RangeSet.EMPTY,
                    RangeSet.EMPTY,
                    -1));
        }
        return new PolicyInput(
                trigger,
                files.getFirst(),
                null,
                new Model("sample", Format.SAFETENSORS, shards),
                id -> layouts.getOrDefault(id, Layout.unknown()),
                new LoadView(files, ended ? 0 : 1, ended, true, 1, rate, -1, null, false, false),
                List.of(),
                new HostView(1L << 40, 1L << 39, 1L << 39, 1L << 39, pressure, nodes, false),
                time,
                args,
                Map.of());
    }

    /** A host on which nothing is being loaded. */
    PolicyInput idle(Trigger trigger) {
        return new PolicyInput(
                trigger,
                null,
                null,
                null,
                id -> Layout.unknown(),
                null,
                List.of(),
                new HostView(1L << 40, 1L << 39, 1L << 39, 1L << 39, pressure, nodes, false),
                time,
                args,
                Map.of());
    }
}
