package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import dev.nowake.model.Shard;
import java.nio.file.Path;

/** A shard and the path it was first reached by, which holds the name's own bytes. */
public record FoundFile(Path path, Shard shard) {
    public FileId id() {
        return shard.id();
    }

    public long sizeBytes() {
        return shard.sizeBytes();
    }
}
