package dev.nowake.policy.builtin;

import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.policy.FileView;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A load as a policy may meet it, built step by step. A file's inode is its shard number. */
record Situation(
        List<FileView> files,
        Map<String, Object> args,
        long availableBytes,
        boolean keepsPages,
        Trigger trigger,
        boolean ended) {
    private static final long TOTAL_BYTES = 1L << 41;

    /** Shard numbers are given anew, in the list's order. */
    Situation(
            List<FileView> files, Map<String, Object> args, long availableBytes, boolean keepsPages, Trigger trigger) {
        this(numbered(files), args, availableBytes, keepsPages, trigger, false);
    }

    static Situation of(long... sizes) {
        List<FileView> files = new ArrayList<>();
        for (long size : sizes) {
            files.add(file(0, size, false, false, 0));
        }
        return new Situation(files, Map.of(), TOTAL_BYTES, true, Trigger.OPEN);
    }

    static FileView file(int shard, long size, boolean opened, boolean inUse, long frontier) {
        return new FileView(
                new FileId(1, shard),
                shard,
                "shard" + shard,
                size,
                opened,
                inUse,
                frontier,
                RangeSet.between(0, frontier),
                RangeSet.EMPTY,
                RangeSet.EMPTY,
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

    private static List<FileView> numbered(List<FileView> files) {
        List<FileView> numbered = new ArrayList<>();
        for (FileView f : files) {
            numbered.add(file(numbered.size(), f.sizeBytes(), f.opened(), f.inUse(), f.frontierBytes()));
        }
        return numbered;
    }

    Situation opened(int shard) {
        return replaced(shard, file(shard, files.get(shard).sizeBytes(), true, true, 0));
    }

    Situation frontier(int shard, long bytes) {
        return replaced(shard, file(shard, files.get(shard).sizeBytes(), true, true, bytes));
    }

    private Situation replaced(int shard, FileView file) {
        List<FileView> changed = new ArrayList<>(files);
        changed.set(shard, file);
        return new Situation(changed, args, availableBytes, keepsPages, trigger, ended);
    }

    Situation window(long bytes) {
        return arg("window", bytes);
    }

    Situation arg(String name, Object value) {
        Map<String, Object> more = new HashMap<>(args);
        more.put(name, value);
        return new Situation(files, more, availableBytes, keepsPages, trigger, ended);
    }

    Situation available(long bytes) {
        return new Situation(files, args, bytes, keepsPages, trigger, ended);
    }

    Situation withoutKeptPages() {
        return new Situation(files, args, availableBytes, false, trigger, ended);
    }

    Situation withTrigger(Trigger other) {
        return new Situation(files, args, availableBytes, keepsPages, other, ended);
    }

    Situation withEnded() {
        return new Situation(files, args, availableBytes, keepsPages, Trigger.CLOSE, true);
    }

    /** About the given shard, or about none with -1. */
    PolicyInput input(int shard) {
        List<Shard> shards = new ArrayList<>();
        for (FileView file : files) {
            shards.add(new Shard(file.id(), file.shard(), "shard" + file.shard(), file.sizeBytes()));
        }
        return new PolicyInput(
                trigger,
                shard < 0 ? null : files.get(shard),
                new Model("m", Format.SAFETENSORS, shards),
                new LoadView(files, 1, ended, keepsPages),
                new HostView(TOTAL_BYTES, availableBytes / 2, availableBytes),
                args);
    }

    PolicyInput input() {
        return input(-1);
    }
}
