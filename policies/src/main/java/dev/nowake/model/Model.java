package dev.nowake.model;

import java.util.List;

/**
 * The files that make up one model, in the order loaders consume them.
 *
 * @param name stable for the same files: the folder's or the repository's name, or the file's stem
 */
public record Model(String name, Format format, List<Shard> shards) {
    public Model {
        shards = List.copyOf(shards);
    }

    public long sizeBytes() {
        long total = 0;
        for (Shard shard : shards) {
            total += shard.sizeBytes();
        }
        return total;
    }
}
