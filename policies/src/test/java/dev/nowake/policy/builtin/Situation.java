package dev.nowake.policy.builtin;

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
import dev.nowake.policy.ModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A load as a policy may meet it, built step by step. A file's device is 1 and its inode its shard number; other models'
 * files are on device 2. Free memory is half of what is available.
 */
record Situation(
        List<FileView> files,
        Map<String, Object> args,
        long availableBytes,
        boolean keepsPages,
        Trigger trigger,
        boolean ended,
        Around around) {
    static final long TOTAL_BYTES = 1L << 41;

    /** What most tests leave as it is. {@code idle}: there is no load. */
    record Around(
            List<ModelView> others,
            Map<FileId, Layout> layouts,
            boolean directIo,
            boolean prefetchesItself,
            boolean idle,
            double timeSeconds,
            Map<String, Object> state) {
        static final Around NOTHING = new Around(List.of(), Map.of(), false, false, false, 0, Map.of());
    }

    /** Shard numbers are given anew, in the list's order. */
    Situation(
            List<FileView> files, Map<String, Object> args, long availableBytes, boolean keepsPages, Trigger trigger) {
        this(numbered(files), args, availableBytes, keepsPages, trigger, false, Around.NOTHING);
    }

    static Situation of(long... sizes) {
        List<FileView> files = new ArrayList<>();
        for (long size : sizes) {
            files.add(file(0, size, false, false, 0));
        }
        return new Situation(files, Map.of(), TOTAL_BYTES, true, Trigger.OPEN);
    }

    static FileView file(int shard, long size, boolean opened, boolean inUse, long frontier) {
        return file(shard, size, opened, inUse, frontier, RangeSet.between(0, frontier), RangeSet.EMPTY);
    }

    static FileView file(
            int shard,
            long size,
            boolean opened,
            boolean inUse,
            long frontier,
            RangeSet touched,
            RangeSet residentBefore) {
        return new FileView(
                new FileId(1, shard),
                shard,
                "shard" + shard,
                size,
                opened,
                inUse,
                frontier,
                touched,
                RangeSet.EMPTY,
                residentBefore,
                -1);
    }

    static Map<String, Object> args(Long window, Long lookaheadFiles) {
        Map<String, Object> args = new HashMap<>();
        if (window != null) {
            args.put("window", window);
        }
        if (lookaheadFiles != null) {
            args.put("lookaheadFiles", lookaheadFiles);
        }
        return args;
    }

    /** A model that is no part of the load, of one file on device 2. */
    static ModelView other(int inode, long size, long resident, boolean inUse, double lastUsed) {
        return new ModelView(
                "other" + inode,
                Format.GGUF,
                size,
                resident,
                inUse,
                lastUsed,
                List.of(new ModelView.ModelFile(new FileId(2, inode), size, resident)));
    }

    private static List<FileView> numbered(List<FileView> files) {
        List<FileView> numbered = new ArrayList<>();
        for (FileView f : files) {
            numbered.add(file(
                    numbered.size(),
                    f.sizeBytes(),
                    f.opened(),
                    f.inUse(),
                    f.frontierBytes(),
                    f.touched(),
                    f.residentBefore()));
        }
        return numbered;
    }

    Situation opened(int shard) {
        return frontier(shard, 0);
    }

    Situation frontier(int shard, long bytes) {
        return with(file(shard, files.get(shard).sizeBytes(), true, true, bytes));
    }

    Situation closed(int shard, long readBytes) {
        return with(file(shard, files.get(shard).sizeBytes(), true, false, readBytes));
    }

    /** In place of the file of the same shard number. */
    Situation with(FileView file) {
        List<FileView> changed = new ArrayList<>(files);
        changed.set(file.shard(), file);
        return new Situation(changed, args, availableBytes, keepsPages, trigger, ended, around);
    }

    Situation window(long bytes) {
        return arg("window", bytes);
    }

    Situation arg(String name, Object value) {
        Map<String, Object> more = new HashMap<>(args);
        more.put(name, value);
        return new Situation(files, more, availableBytes, keepsPages, trigger, ended, around);
    }

    Situation available(long bytes) {
        return new Situation(files, args, bytes, keepsPages, trigger, ended, around);
    }

    Situation free(long bytes) {
        return available(2 * bytes);
    }

    Situation withoutKeptPages() {
        return new Situation(files, args, availableBytes, false, trigger, ended, around);
    }

    Situation withTrigger(Trigger other) {
        return new Situation(files, args, availableBytes, keepsPages, other, ended, around);
    }

    Situation withEnded() {
        return new Situation(files, args, availableBytes, keepsPages, Trigger.CLOSE, true, around);
    }

    Situation others(List<ModelView> others) {
        return in(new Around(
                others,
                around.layouts,
                around.directIo,
                around.prefetchesItself,
                around.idle,
                around.timeSeconds,
                around.state));
    }

    /** Tensors of the given lengths, one after the other from the offset. */
    Situation tensors(int shard, long offset, long... lengths) {
        List<Tensor> tensors = new ArrayList<>();
        long at = offset;
        for (long length : lengths) {
            tensors.add(new Tensor("t" + tensors.size(), ByteRange.ofLength(at, length)));
            at += length;
        }
        Map<FileId, Layout> layouts = new HashMap<>(around.layouts);
        layouts.put(new FileId(1, shard), new Layout(Format.SAFETENSORS, tensors, offset, tensors.size()));
        return in(new Around(
                around.others,
                layouts,
                around.directIo,
                around.prefetchesItself,
                around.idle,
                around.timeSeconds,
                around.state));
    }

    Situation loader(boolean directIo, boolean prefetchesItself) {
        return in(new Around(
                around.others,
                around.layouts,
                directIo,
                prefetchesItself,
                around.idle,
                around.timeSeconds,
                around.state));
    }

    Situation idle() {
        return in(new Around(around.others, around.layouts, false, false, true, around.timeSeconds, around.state));
    }

    Situation at(double timeSeconds, Map<String, Object> state) {
        return in(new Around(
                around.others,
                around.layouts,
                around.directIo,
                around.prefetchesItself,
                around.idle,
                timeSeconds,
                state));
    }

    private Situation in(Around other) {
        return new Situation(files, args, availableBytes, keepsPages, trigger, ended, other);
    }

    /** About the given shard, or about none with -1. */
    PolicyInput input(int shard) {
        List<Shard> shards = new ArrayList<>();
        List<ModelView.ModelFile> own = new ArrayList<>();
        for (FileView file : files) {
            shards.add(new Shard(file.id(), file.shard(), file.path(), file.sizeBytes()));
            own.add(new ModelView.ModelFile(file.id(), file.sizeBytes(), file.residentBytes()));
        }
        Model model = new Model("m", Format.SAFETENSORS, shards);
        List<ModelView> models = new ArrayList<>(around.others);
        models.add(new ModelView(
                "m", Format.SAFETENSORS, model.sizeBytes(), -1, !around.idle && !ended, around.timeSeconds, own));
        return new PolicyInput(
                trigger,
                shard < 0 || around.idle ? null : files.get(shard),
                null,
                around.idle ? null : model,
                id -> around.layouts.getOrDefault(id, Layout.unknown()),
                around.idle
                        ? null
                        : new LoadView(
                                files,
                                ended ? 0 : 1,
                                ended,
                                keepsPages,
                                1,
                                0,
                                -1,
                                null,
                                around.directIo,
                                around.prefetchesItself),
                models,
                new HostView(TOTAL_BYTES, availableBytes / 2, availableBytes),
                around.timeSeconds,
                args,
                around.state);
    }

    PolicyInput input() {
        return input(-1);
    }
}
