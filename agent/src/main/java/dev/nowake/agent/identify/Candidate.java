package dev.nowake.agent.identify;

import dev.nowake.model.Format;
import java.nio.file.Path;
import java.util.List;

/**
 * Files that make up one model, before names are settled and files shared with other models are given to one of them.
 *
 * @param folder where they lie, for telling models of one name apart
 * @param name what the model is called when nothing else is called so
 * @param detail what tells it from another model of the same folder
 * @param format by name; UNKNOWN where the name does not tell
 * @param rank of several models of one folder the lowest keeps the plain name
 * @param order when the walk came by
 */
record Candidate(Path folder, String name, String detail, Format format, List<SeenFile> files, int rank, int order) {
    Candidate {
        files = List.copyOf(files);
    }

    Candidate named(String other) {
        return new Candidate(folder, other, detail, format, files, rank, order);
    }

    boolean onlyLinks() {
        return files.stream().allMatch(SeenFile::viaLink);
    }
}
