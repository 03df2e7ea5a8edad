package dev.nowake.agent.stage;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What of a file has arrived and is durable, beside the unfinished file. It is written only after the data it tells of has
 * been forced to the disk, and replaced whole: whatever happens, it never tells of bytes that are not there.
 */
final class PartRecord {
    private static final int VERSION = 1;

    /** A record of 10,000 scattered ranges has some 400 KB; more is not ours. */
    private static final long MOST_BYTES = 8 << 20;

    private PartRecord() {}

    /**
     * What has arrived; nothing where there is no record, it cannot be read, or it is of another or a changed file. The device
     * is not compared: a network mount has another number after each mount.
     */
    static RangeSet read(Path record, StageFile file) {
        try {
            if (Files.size(record) > MOST_BYTES) {
                return RangeSet.EMPTY;
            }
            JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(record));
            boolean same = json.path("version").asInt(0) == VERSION
                    && json.path("sizeBytes").asLong(-1) == file.sizeBytes()
                    && json.path("mtimeNanos").asLong(-1) == file.status().mtimeNanos()
                    && json.path("inode").asLong(-1) == file.status().inode();
            return same ? ranges(json.path("done"), file.sizeBytes()) : RangeSet.EMPTY;
        } catch (IOException | JacksonException | IllegalArgumentException broken) {
            return RangeSet.EMPTY; // then it is copied anew
        }
    }

    private static RangeSet ranges(JsonNode done, long sizeBytes) {
        List<ByteRange> ranges = new ArrayList<>();
        for (int i = 0; i + 1 < done.size(); i += 2) {
            ranges.add(new ByteRange(done.get(i).asLong(-1), done.get(i + 1).asLong(-1)));
        }
        return RangeSet.ofAll(ranges).within(0, sizeBytes);
    }

    /** Where a record is written before it takes its name. */
    static Path fresh(Path record) {
        return StageTree.beside(record, ".new");
    }

    /** The data must be durable already. */
    static void write(Path record, StageFile file, RangeSet done) throws IOException {
        List<Long> flat = new ArrayList<>();
        done.ranges().forEach(range -> {
            flat.add(range.start());
            flat.add(range.end());
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", VERSION);
        json.put("sizeBytes", file.sizeBytes());
        json.put("mtimeNanos", file.status().mtimeNanos());
        json.put("inode", file.status().inode());
        json.put("done", flat);
        Path fresh = fresh(record);
        Files.deleteIfExists(fresh); // of a killed run; a link that somebody has put there is not followed
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(JsonMapper.shared().writeValueAsBytes(json));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, record, StandardCopyOption.ATOMIC_MOVE);
    }
}
