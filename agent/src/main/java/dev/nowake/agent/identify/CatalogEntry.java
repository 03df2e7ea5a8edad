package dev.nowake.agent.identify;

import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import java.nio.file.Path;

/**
 * A file the daemon knows.
 *
 * @param path where it was found, its name's own bytes; may lead to another file by now, so compare identities after
 *     opening it
 */
public record CatalogEntry(Model model, Shard shard, Path path) {}
