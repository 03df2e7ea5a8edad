package dev.nowake.policy.sim;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Step;
import dev.nowake.policy.sim.Recording.RecordedFile;
import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** What the daemon would know of the load: files, who has them open, how far the readers are. */
final class SimulatedLoad {
    /** No filesystem has it. */
    private static final long DEVICE = 0;

    /** A reader that goes on within this many bytes of where it was is sequential: the daemon sees it every 100 ms only. */
    private static final long SEQUENTIAL_BYTES = 2L << 20;

    private static final class File {
        private boolean opened;
        private int users;
        private long frontierBytes;
        private RangeSet asked = RangeSet.EMPTY;
        private RangeSet touched = RangeSet.EMPTY;
        private boolean touchedMore;
        private final List<Step.Keep> keeps = new ArrayList<>();
    }

    private final Model model;
    private final List<File> files = new ArrayList<>();
    private final SimulatedCache cache;
    private final BitSet touchedBlocks = new BitSet();
    private final int node;
    private final int readers;
    private int finished;
    private long touchedBytes;
    private double bytesPerSecond;
    private long rateTouchedBytes;
    private double rateSeconds;
    private double lastUsedSeconds;

    SimulatedLoad(Recording recording, int readers, SimulatedCache cache) {
        this.cache = cache;
        this.readers = readers;
        this.node = node(recording.accesses());
        List<Shard> shards = new ArrayList<>();
        for (RecordedFile file : recording.files()) {
            shards.add(new Shard(new FileId(DEVICE, shards.size() + 1L), shards.size(), file.path(), file.sizeBytes()));
            files.add(new File());
        }
        String first = recording.files().getFirst().path();
        this.model = new Model(name(first), format(first), shards);
    }

    /** The folder's name, or the file's where there is none. */
    private static String name(String path) {
        String[] parts = path.split("/");
        return parts.length < 2 ? path : parts[parts.length - 2];
    }

    private static Format format(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors")) {
            return Format.SAFETENSORS;
        }
        return name.endsWith(".gguf") ? Format.GGUF : name.endsWith(".onnx") ? Format.ONNX : Format.UNKNOWN;
    }

    private static int node(List<Access> accesses) {
        int node = accesses.getFirst().node();
        return accesses.stream().allMatch(access -> access.node() == node) ? node : -1;
    }

    Model model() {
        return model;
    }

    /** The file's place in the recording. */
    int index(FileId id) {
        return (int) id.inode() - 1;
    }

    void opened(int file, double nowSeconds) {
        files.get(file).opened = true;
        files.get(file).users++;
        lastUsedSeconds = nowSeconds;
    }

    void closed(int file, double nowSeconds) {
        files.get(file).users--;
        lastUsedSeconds = nowSeconds;
    }

    boolean inUse(int file) {
        return files.get(file).users > 0;
    }

    void readerFinished() {
        finished++;
    }

    boolean ended() {
        return finished == readers;
    }

    void used(int file, int block, long offsetBytes, long lengthBytes) {
        File state = files.get(file);
        touchedBytes += lengthBytes;
        if (!touchedBlocks.get(block)) {
            touchedBlocks.set(block);
            state.touchedMore = true;
        }
        long end = offsetBytes + lengthBytes;
        if (offsetBytes <= state.frontierBytes + SEQUENTIAL_BYTES && end > state.frontierBytes) {
            state.frontierBytes = end;
        }
    }

    /** The part of the range that was not asked for before, which now is. */
    RangeSet ask(int file, RangeSet range) {
        File state = files.get(file);
        RangeSet fresh = range.minus(state.asked);
        state.asked = state.asked.union(fresh);
        return fresh;
    }

    /** It was evicted: asking for it again is a new wish. */
    void forget(int file, RangeSet range) {
        files.get(file).asked = files.get(file).asked.minus(range);
    }

    void keep(int file, Step.Keep keep) {
        files.get(file).keeps.add(keep);
    }

    /** Ends what holds {@link Step.Hold#CALM}. */
    void shortOfMemory() {
        files.forEach(file -> file.keeps.removeIf(keep -> keep.hold() == Step.Hold.CALM));
    }

    /** What of the range may be evicted now. */
    RangeSet evictable(int file, RangeSet range, double nowSeconds) {
        File state = files.get(file);
        state.keeps.removeIf(keep -> keep.hold() == Step.Hold.TIME && keep.untilSeconds() <= nowSeconds
                || keep.hold() == Step.Hold.OPEN && state.users == 0);
        RangeSet left = range;
        for (Step.Keep keep : state.keeps) {
            long size = model.shards().get(file).sizeBytes();
            long end = keep.lengthBytes() == Step.WHOLE || keep.lengthBytes() > size - keep.offsetBytes()
                    ? size
                    : keep.offsetBytes() + keep.lengthBytes();
            left = left.minus(RangeSet.between(keep.offsetBytes(), end));
        }
        return left;
    }

    /** Reckons the readers' rate since the last call. */
    void measure(double nowSeconds) {
        if (nowSeconds > rateSeconds) {
            bytesPerSecond = (touchedBytes - rateTouchedBytes) / (nowSeconds - rateSeconds);
            rateTouchedBytes = touchedBytes;
            rateSeconds = nowSeconds;
        }
    }

    FileView view(int file) {
        File state = files.get(file);
        Shard shard = model.shards().get(file);
        return new FileView(
                shard.id(),
                file,
                shard.path(),
                shard.sizeBytes(),
                state.opened,
                state.users > 0,
                state.frontierBytes,
                touched(file),
                state.asked,
                RangeSet.EMPTY,
                cache.residentBytes(file));
    }

    private RangeSet touched(int file) {
        File state = files.get(file);
        if (state.touchedMore) {
            List<ByteRange> ranges = new ArrayList<>();
            int end = cache.endBlock(file);
            int block = touchedBlocks.nextSetBit(cache.firstBlock(file));
            while (block >= 0 && block < end) {
                int clear = Math.min(touchedBlocks.nextClearBit(block), end);
                long last = cache.offsetOf(file, clear - 1) + cache.bytesOf(file, clear - 1);
                ranges.add(new ByteRange(cache.offsetOf(file, block), last));
                block = touchedBlocks.nextSetBit(clear);
            }
            state.touched = RangeSet.ofAll(ranges);
            state.touchedMore = false;
        }
        return state.touched;
    }

    LoadView loadView(double ageSeconds) {
        List<FileView> views = new ArrayList<>(files.size());
        for (int file = 0; file < files.size(); file++) {
            views.add(view(file));
        }
        return new LoadView(
                views, readers - finished, ended(), true, ageSeconds, bytesPerSecond, node, null, false, false);
    }

    ModelView modelView() {
        List<ModelView.ModelFile> parts = new ArrayList<>(files.size());
        for (Shard shard : model.shards()) {
            parts.add(new ModelView.ModelFile(shard.id(), shard.sizeBytes(), cache.residentBytes(shard.index())));
        }
        return new ModelView(
                model.name(),
                model.format(),
                model.sizeBytes(),
                cache.residentBytes(),
                !ended(),
                lastUsedSeconds,
                parts);
    }
}
