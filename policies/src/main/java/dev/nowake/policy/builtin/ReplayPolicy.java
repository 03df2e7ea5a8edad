package dev.nowake.policy.builtin;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Node;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * For loads that go the same way every time: a recorded one is prefetched in its own order, and what the trace says is not
 * read again is dropped behind the reader. Without a trace that fits it is {@link LoadAndReleasePolicy}.
 */
public final class ReplayPolicy implements Policy {
    /** Enough to be 600 MiB ahead in a trace of 64 KiB reads that never adjoin; the others come with the next call. */
    private static final int MAX_STEPS = 10_000;

    /** The argument that names the recorded load, a file's path. */
    public static final String TRACE = "trace";

    private static final String NODE = "node";
    private static final String AS_RECORDED = "trace";

    private final Policy withoutTrace = new LoadAndReleasePolicy();
    private final TraceSource traces;

    public ReplayPolicy(TraceSource traces) {
        this.traces = traces;
    }

    /** A recorded range of a file of this load, cut to the file. */
    private record Read(FileView file, RangeSet range, Node node) {
        /** What not every reader has read yet. */
        RangeSet missing() {
            ByteRange all = range.ranges().getFirst();
            return range.minus(file.touched().within(all.start(), all.end()));
        }
    }

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public String description() {
        return "prefetches in the order of a recorded load and evicts behind the reader";
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of(
                TRACE,
                new Argument.Text(null),
                NODE,
                new Argument.Choice("reader", List.of("reader", AS_RECORDED)),
                "window",
                Lookahead.WINDOW);
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        if (!Lookahead.wanted(input.load())) {
            return List.of();
        }
        List<Read> reads = reads(input);
        if (reads.isEmpty()) {
            return withoutTrace.prefetch(input);
        }
        long left = Lookahead.windowBytes(input);
        List<Step> steps = new ArrayList<>();
        for (Read read : reads) {
            if (left <= 0 || steps.size() >= MAX_STEPS) {
                break;
            }
            FileView file = read.file();
            if (!file.inUse() && !input.load().keepsPagesAcrossOpens()) {
                continue; // its pages would be dropped when it is opened
            }
            for (ByteRange range : read.missing().first(left).ranges()) {
                steps.add(new Step.Prefetch(
                        file.id(), range.start(), range.lengthBytes(), read.node(), 0, "next in the trace"));
                left -= range.lengthBytes();
            }
        }
        return steps;
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        LoadView load = input.load();
        if (load == null || input.trigger() == Trigger.WRITTEN) {
            return List.of();
        }
        if (load.ended()) {
            return LoadAndReleasePolicy.release(load);
        }
        if (load.directIo()) {
            return List.of();
        }
        List<Read> reads = reads(input);
        return reads.isEmpty() ? withoutTrace.evict(input) : behind(reads);
    }

    /**
     * A range goes when every reader has read it, at least the margin was read after it, and no line of the trace that is
     * still to come reads it again.
     */
    private static List<Step> behind(List<Read> reads) {
        Map<FileId, List<ByteRange>> toCome = new HashMap<>();
        Map<FileView, List<ByteRange>> passed = new LinkedHashMap<>();
        long readSince = 0;
        for (Read read : reads.reversed()) {
            List<ByteRange> range = read.range().ranges();
            if (!read.missing().isEmpty()) {
                toCome.computeIfAbsent(read.file().id(), file -> new ArrayList<>())
                        .addAll(range);
                continue;
            }
            if (readSince >= DropBehind.MOST_MARGIN_BYTES) {
                passed.computeIfAbsent(read.file(), file -> new ArrayList<>()).addAll(range);
            }
            readSince += read.range().bytes();
        }
        List<Step> steps = new ArrayList<>();
        passed.forEach((file, ranges) -> {
            RangeSet gone = RangeSet.ofAll(ranges)
                    .minus(RangeSet.ofAll(toCome.getOrDefault(file.id(), List.of())))
                    .minus(file.residentBefore());
            for (ByteRange range : gone.ranges()) {
                steps.add(new Step.Evict(file.id(), range.start(), range.lengthBytes(), "behind in the trace"));
            }
        });
        return steps;
    }

    /** The trace's lines that speak of this load's files, or empty. */
    private List<Read> reads(PolicyInput input) {
        Optional<List<ReplayStep>> trace =
                traces.read(String.valueOf(input.args().get(TRACE)));
        if (trace.isEmpty()) {
            return List.of();
        }
        Map<String, FileView> files = new HashMap<>();
        input.load().files().forEach(file -> files.put(file.path(), file));
        boolean asRecorded = AS_RECORDED.equals(input.args().get(NODE));
        List<Read> reads = new ArrayList<>();
        for (ReplayStep step : trace.get()) {
            FileView file = files.get(step.path());
            RangeSet range = file == null
                    ? RangeSet.EMPTY
                    : RangeSet.between(
                            step.offsetBytes(), Math.min(file.sizeBytes(), step.offsetBytes() + step.lengthBytes()));
            if (!range.isEmpty()) {
                reads.add(new Read(
                        file, range, asRecorded && step.node() >= 0 ? new Node.Number(step.node()) : Node.READER));
            }
        }
        return reads;
    }
}
