package dev.nowake.agent.identify;

import dev.nowake.model.Model;
import java.util.List;

/**
 * A model and where its shards lie.
 *
 * @param files the shards in order, without those that a model before this one already holds (revisions of one
 *     repository share blobs): over all models each inode stands once
 */
public record FoundModel(Model model, List<FoundFile> files) {
    public FoundModel {
        files = List.copyOf(files);
    }
}
