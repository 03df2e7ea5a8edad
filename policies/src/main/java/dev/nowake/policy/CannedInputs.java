package dev.nowake.policy;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Layout;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.model.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Inputs of every kind a policy can meet, to try it on before it serves: each trigger, with and without a load, with things
 * known and unknown. A model of three shards of 4 GiB, another one idle beside it; a mirror with six models.
 */
public final class CannedInputs {
    private static final long GIB = 1L << 30;
    private static final long SHARD_BYTES = 4 * GIB;
    private static final long HEADER_BYTES = 1L << 20;
    private static final int SHARDS = 3;
    private static final int TENSORS = 4;
    private static final double TIME_SECONDS = 1_700_000_000;

    private static final Model MODEL = model("example-8b", 1, SHARDS);

    /** Its files' inodes begin behind those of any model that is asked for. */
    private static final Model IDLE = model("idle-8b", 1 << 20, SHARDS);

    /** An input and what it stands for, for messages. */
    public record Canned(String label, PolicyInput input) {}

    private CannedInputs() {}

    /** All of them, the same every time, with these arguments and no state. */
    public static List<Canned> all(Map<String, Object> args) {
        List<Canned> all = new ArrayList<>();
        FileView untouched = unopened(MODEL, 2, false);
        FileView first = unopened(MODEL, 0, true);
        FileView passed = passed(MODEL, 0);
        FileView reading = reading(MODEL, 1);
        LoadView begun = load(List.of(first, unopened(MODEL, 1, false), untouched), false);
        LoadView midway = load(List.of(passed, reading, untouched), false);
        LoadView ended = load(List.of(passed, passed(MODEL, 1), passed(MODEL, 2)), true);
        add(all, "open of the first shard, nothing known", Trigger.OPEN, first, begun, args);
        add(all, "open of the second shard", Trigger.OPEN, reading, midway, args);
        add(all, "progress of a load", Trigger.PROGRESS, null, midway, args);
        add(all, "progress of one shard", Trigger.PROGRESS, reading, midway, args);
        add(all, "miss", Trigger.MISS, reading, midway, args);
        add(all, "close of a shard", Trigger.CLOSE, passed, midway, args);
        add(all, "end of a load", Trigger.CLOSE, null, ended, args);
        add(all, "written file of a model being loaded", Trigger.WRITTEN, untouched, midway, args);
        add(all, "written file of a model nobody loads", Trigger.WRITTEN, idle(), null, args);
        add(all, "pressure during a load", Trigger.PRESSURE, null, midway, args);
        add(all, "pressure on an idle host", Trigger.PRESSURE, null, null, args);
        add(all, "tick during a load", Trigger.TICK, null, midway, args);
        add(all, "tick on an idle host", Trigger.TICK, null, null, args);
        add(all, "a mirror's disk above its budget", CannedMirrors.aboveBudget(TIME_SECONDS), args);
        add(all, "room needed on a mirror's disk that others fill", CannedMirrors.filledByOthers(TIME_SECONDS), args);
        return List.copyOf(all);
    }

    /**
     * One input by itself, in which all is known: the first shard has been read, the trigger is about the second.
     *
     * @param trigger one that is about a file
     * @param shards of the model, at least two
     */
    public static PolicyInput reading(Trigger trigger, int shards, Map<String, Object> args) {
        Model model = model(MODEL.name(), 1, shards);
        List<FileView> files = new ArrayList<>(List.of(passed(model, 0), reading(model, 1)));
        for (int i = 2; i < shards; i++) {
            files.add(unopened(model, i, false));
        }
        return input(trigger, files.get(1), model, load(files, false), args);
    }

    /** The policy's own defaults, and a plausible value for each argument a rule must give. */
    public static Map<String, Object> argsFor(Policy policy) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        policy.arguments().forEach((name, argument) -> args.computeIfAbsent(name, missing -> example(argument)));
        return args;
    }

    private static Object example(Argument argument) {
        return switch (argument) {
            case Argument.Size size -> GIB;
            case Argument.Count count -> 2L;
            case Argument.Decimal decimal -> 0.5;
            case Argument.Flag flag -> true;
            case Argument.Text text -> "example";
            case Argument.Choice choice -> choice.words().getFirst();
        };
    }

    private static void add(
            List<Canned> all, String label, Trigger trigger, FileView file, LoadView load, Map<String, Object> args) {
        all.add(new Canned(label, input(trigger, file, MODEL, load, args)));
    }

    private static void add(List<Canned> all, String label, MirrorView mirror, Map<String, Object> args) {
        all.add(new Canned(label, PolicyInput.ofDisk(mirror, roomy(false), TIME_SECONDS, args, Map.of())));
    }

    /** {@code load}: of the model; null where nobody loads it. */
    private static PolicyInput input(
            Trigger trigger, FileView file, Model model, LoadView load, Map<String, Object> args) {
        boolean fresh = load != null && isFresh(load.files());
        ByteRange range = trigger == Trigger.MISS ? ByteRange.ofLength(2 * GIB, 4 << 20) : null;
        Layouts layouts = fresh ? Layouts.NONE : CannedInputs::layout;
        List<ModelView> models = List.of(modelView(model, load != null && !load.ended()), modelView(IDLE, false));
        HostView host = trigger == Trigger.PRESSURE ? shortOfMemory() : roomy(fresh);
        return new PolicyInput(
                trigger,
                file,
                range,
                load == null ? null : model,
                layouts,
                load,
                models,
                host,
                TIME_SECONDS,
                args,
                Map.of());
    }

    private static boolean isFresh(List<FileView> files) {
        return files.getFirst().frontierBytes() == 0;
    }

    private static Model model(String name, long firstInode, int count) {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String path = "/models/%s/model-%05d-of-%05d.safetensors".formatted(name, i + 1, count);
            shards.add(new Shard(new FileId(1, firstInode + i), i, path, SHARD_BYTES));
        }
        return new Model(name, Format.SAFETENSORS, shards);
    }

    private static Layout layout(FileId file) {
        List<Tensor> tensors = new ArrayList<>();
        long each = (SHARD_BYTES - HEADER_BYTES) / TENSORS;
        for (int i = 0; i < TENSORS; i++) {
            String name = "model.layers." + i + ".mlp.down_proj.weight";
            tensors.add(new Tensor(name, ByteRange.ofLength(HEADER_BYTES + i * each, each)));
        }
        return new Layout(Format.SAFETENSORS, tensors, HEADER_BYTES, TENSORS);
    }

    private static FileView unopened(Model model, int shard, boolean opened) {
        return view(model, shard, opened, opened, 0, 0, -1);
    }

    private static FileView reading(Model model, int shard) {
        return view(model, shard, true, true, GIB, 3 * GIB, 3 * GIB);
    }

    private static FileView passed(Model model, int shard) {
        return view(model, shard, true, false, SHARD_BYTES, SHARD_BYTES, SHARD_BYTES);
    }

    private static FileView idle() {
        return view(IDLE, 0, false, false, 0, 0, SHARD_BYTES);
    }

    private static FileView view(
            Model model, int index, boolean opened, boolean inUse, long frontier, long prefetched, long resident) {
        Shard shard = model.shards().get(index);
        return new FileView(
                shard.id(),
                index,
                shard.path(),
                shard.sizeBytes(),
                opened,
                inUse,
                frontier,
                RangeSet.between(0, frontier),
                RangeSet.between(0, prefetched),
                RangeSet.between(0, Math.min(frontier, HEADER_BYTES)),
                resident);
    }

    private static LoadView load(List<FileView> files, boolean ended) {
        boolean fresh = isFresh(files);
        return new LoadView(
                files,
                ended ? 0 : 2,
                ended,
                true,
                fresh ? 0 : 2.5,
                fresh ? 0 : 2e9,
                fresh ? -1 : 0,
                fresh ? null : new AcceleratorView("nvidia0", 0),
                false,
                false);
    }

    private static ModelView modelView(Model model, boolean inUse) {
        List<ModelView.ModelFile> files = new ArrayList<>();
        for (Shard shard : model.shards()) {
            files.add(new ModelView.ModelFile(shard.id(), shard.sizeBytes(), inUse ? GIB : -1));
        }
        return new ModelView(
                model.name(),
                model.format(),
                model.sizeBytes(),
                inUse ? model.shards().size() * GIB : -1,
                inUse,
                TIME_SECONDS - 60,
                files);
    }

    private static HostView roomy(boolean unknown) {
        return unknown
                ? new HostView(64 * GIB, 40 * GIB, 60 * GIB)
                : new HostView(
                        64 * GIB,
                        40 * GIB,
                        60 * GIB,
                        30 * GIB,
                        new PressureView(0.5, 0.1),
                        nodes(20 * GIB, 5 * GIB),
                        false);
    }

    private static HostView shortOfMemory() {
        return new HostView(
                64 * GIB, GIB / 2, 6 * GIB, GIB / 8, new PressureView(35, 12), nodes(GIB / 4, 20 * GIB), true);
    }

    private static List<NodeView> nodes(long freeBytes, long fileBytes) {
        return List.of(
                new NodeView(0, 32 * GIB, freeBytes, freeBytes / 2, fileBytes),
                new NodeView(1, 32 * GIB, freeBytes, freeBytes / 2, fileBytes));
    }
}
