package dev.nowake.agent.daemon;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.kernel.proc.Sysctl;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the next daemon must know of the loads under way, should this one end before they do: which pages of each file were
 * there before. Kept in a small file, written by a thread of its own, so that nothing waits for the disk; a kill within
 * {@link #SETTLE_NANOS} of a load's begin, or a disk that takes nothing, costs the next daemon that knowledge, and it keeps
 * what it finds. Any thread.
 */
final class Handover implements AutoCloseable {
    /** A load opens its shards in a row: one write tells of many. */
    private static final long SETTLE_NANOS = 20_000_000L;

    /** A file of ours is some 100 bytes a shard under load; what is larger is none. */
    private static final long MAX_BYTES = 16L << 20;

    /**
     * A file of a load that nobody has ended.
     *
     * @param rule of the load, as the journal names it
     * @param sizeBytes of the file then
     * @param before what was resident before the load
     */
    record Left(String rule, long sizeBytes, RangeSet before) {}

    private final Path file;
    private final String boot;
    private final Counters counters;
    private final Map<FileId, Left> left;
    private final Map<FileId, Left> files = new LinkedHashMap<>();
    private final Thread writer;
    private boolean changed;
    private boolean closed;

    /** Reads what an earlier daemon left since the host was booted; page cache does not outlive that. */
    Handover(Path file, Path procRoot, Counters counters) {
        this.file = file;
        this.counters = counters;
        this.boot = Sysctl.text(procRoot, "kernel/random/boot_id");
        this.left = read();
        files.putAll(left);
        writer = Thread.ofPlatform().name("nowake-handover").daemon().start(this::write);
    }

    /** Of loads that were under way when an earlier daemon ended. */
    Map<FileId, Left> left() {
        return left;
    }

    /** A load has the file. */
    synchronized void begins(FileId id, Left what) {
        files.put(id, what);
        changed = true;
        notifyAll();
    }

    /** The load is over, or nothing is to be done about what was left. */
    synchronized void ends(FileId id) {
        if (files.remove(id) != null) {
            changed = true;
            notifyAll();
        }
    }

    private void write() {
        try {
            for (Map<FileId, Left> now = next(); now != null; now = next()) {
                save(encode(now));
                LockSupport.parkNanos(SETTLE_NANOS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null at the end. A copy: engines wait for this lock, and must not wait for thousands of files to become text. */
    private synchronized Map<FileId, Left> next() throws InterruptedException {
        while (!changed) {
            if (closed) {
                return null;
            }
            wait();
        }
        changed = false;
        return new LinkedHashMap<>(files);
    }

    private byte[] encode(Map<FileId, Left> now) {
        List<Map<String, Object>> all = new ArrayList<>();
        now.forEach((id, what) -> {
            List<Long> before = new ArrayList<>();
            for (ByteRange range : what.before().ranges()) {
                before.add(range.start());
                before.add(range.end());
            }
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("device", id.device());
            one.put("inode", id.inode());
            one.put("rule", what.rule());
            one.put("sizeBytes", what.sizeBytes());
            one.put("before", before);
            all.add(one);
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("boot", boot);
        document.put("files", all);
        return JsonMapper.shared().writeValueAsBytes(document);
    }

    private void save(byte[] content) {
        try {
            StateFolder.replace(file, content);
        } catch (IOException full) {
            counters.increment(Counter.HANDOVER_FAILED);
        }
    }

    private Map<FileId, Left> read() {
        Map<FileId, Left> found = new LinkedHashMap<>();
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
                return Map.of();
            }
            JsonNode document = JsonMapper.shared().readTree(Files.readAllBytes(file));
            if (boot.isEmpty() || !boot.equals(document.path("boot").asString(""))) {
                return Map.of();
            }
            for (JsonNode one : document.path("files")) {
                found.put(
                        new FileId(
                                one.path("device").asLong(), one.path("inode").asLong()),
                        new Left(
                                one.path("rule").asString(),
                                one.path("sizeBytes").asLong(),
                                ranges(one.path("before"))));
            }
            return found;
        } catch (IOException | JacksonException | IllegalArgumentException unusable) {
            return Map.of(); // cut off, or not ours: what is found in page cache stays
        }
    }

    private static RangeSet ranges(JsonNode bounds) {
        List<ByteRange> ranges = new ArrayList<>();
        for (int i = 0; i + 1 < bounds.size(); i += 2) {
            ranges.add(new ByteRange(bounds.path(i).asLong(), bounds.path(i + 1).asLong()));
        }
        return RangeSet.ofAll(ranges);
    }

    /** Writes what is not written yet, for at most a fifth of a second: loads under way are the next daemon's. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        LockSupport.unpark(writer);
        try {
            writer.join(200);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
