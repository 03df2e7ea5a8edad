package dev.nowake.agent.identify;

import dev.nowake.model.Format;
import dev.nowake.model.format.FormatDetector;
import dev.nowake.model.format.SafetensorsIndex;
import dev.nowake.model.format.ShardName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of one folder: by index file, then by shard names, then one file each. Looks at weight names only. */
final class FolderModels {
    /** Stems every repository uses: they say what the file is, not which model. In the order loaders prefer them. */
    private static final List<String> GENERIC = List.of(
            "model",
            "pytorch_model",
            "diffusion_pytorch_model",
            "adapter_model",
            "consolidated",
            "weights",
            "checkpoint");

    /** transformers and vLLM take safetensors when a folder has both. */
    private static final List<String> EXTENSIONS = List.of(".safetensors", ".gguf", ".bin");

    private final FolderListing listing;
    private final Sidecars sidecars;
    private final String baseName;
    private final boolean nameInsideBase;
    private final int order;
    private final Map<String, SeenFile> left = new LinkedHashMap<>();
    private final List<Candidate> found = new ArrayList<>();

    /**
     * @param baseName what a model with a generic stem is called
     * @param nameInsideBase whether others are called {@code base/stem} instead of {@code stem}
     */
    private FolderModels(FolderListing listing, Sidecars sidecars, String baseName, boolean nameInsideBase, int order) {
        this.listing = listing;
        this.sidecars = sidecars;
        this.baseName = baseName;
        this.nameInsideBase = nameInsideBase;
        this.order = order;
    }

    static List<Candidate> ofFolder(FolderListing listing, Sidecars sidecars, int order) {
        String folderName = PathText.nameOf(listing.path().toAbsolutePath().normalize());
        return new FolderModels(listing, sidecars, folderName, false, order).find();
    }

    static List<Candidate> ofSnapshot(FolderListing listing, HubPlace place, Sidecars sidecars, int order) {
        return new FolderModels(listing, sidecars, place.name() + place.inside(), true, order).find();
    }

    private List<Candidate> find() {
        for (SeenFile file : listing.files()) {
            if (FormatDetector.isWeightName(file.name())) {
                // Two names of one text (one of them escaped) are rare and must not hide each other.
                left.put(left.containsKey(file.name()) ? file.name() + '\0' : file.name(), file);
            }
        }
        if (left.isEmpty()) {
            return List.of();
        }
        if (listing.mayOpen()) {
            listing.files().forEach(this::takeIndexed);
        }
        takeNumbered();
        for (SeenFile file : left.values()) {
            String extension = extension(file.name());
            add(stem(file.name(), extension), extension, List.of(file));
        }
        return found;
    }

    private void takeIndexed(SeenFile file) {
        String stem = SafetensorsIndex.stemOf(file.name());
        if (stem == null) {
            return;
        }
        Optional<SafetensorsIndex> index = sidecars.index(file);
        List<SeenFile> shards = new ArrayList<>();
        for (String name : index.map(SafetensorsIndex::shards).orElse(List.of())) {
            SeenFile shard = left.remove(name);
            if (shard != null) {
                shards.add(shard);
            }
        }
        if (!shards.isEmpty()) {
            add(stem, extension(shards.getFirst().name()), shards);
        }
    }

    private void takeNumbered() {
        record Numbered(ShardName name, SeenFile file) {}
        record Set(String stem, int count, String extension) {}
        Map<Set, List<Numbered>> sets = new LinkedHashMap<>();
        for (SeenFile file : left.values()) {
            ShardName.parse(file.name())
                    .ifPresent(name -> sets.computeIfAbsent(
                                    new Set(name.stem(), name.count(), name.extension()), s -> new ArrayList<>())
                            .add(new Numbered(name, file)));
        }
        sets.forEach((set, shards) -> {
            shards.sort(Comparator.comparingInt(shard -> shard.name().number()));
            shards.forEach(shard -> left.values().remove(shard.file()));
            add(set.stem(), set.extension(), shards.stream().map(Numbered::file).toList());
        });
    }

    private void add(String stem, String extension, List<SeenFile> files) {
        int dot = stem.indexOf('.');
        int generic = GENERIC.indexOf(dot < 0 ? stem : stem.substring(0, dot));
        boolean takesBase = (generic >= 0 || stem.isEmpty()) && !baseName.isEmpty();
        String name = takesBase ? baseName : nameInsideBase ? baseName + "/" + stem : stem;
        int kind = EXTENSIONS.indexOf(extension);
        int rank = (kind < 0 ? EXTENSIONS.size() : kind) * 100 + (generic < 0 ? GENERIC.size() : generic) * 2;
        Format format = FormatDetector.byName(files.getFirst().name()).orElse(Format.UNKNOWN);
        Path folder = listing.path();
        // A variant (model.fp16.safetensors) stands behind the model it is a variant of.
        found.add(new Candidate(folder, name, stem + extension, format, files, dot < 0 ? rank : rank + 1, order));
    }

    private static String extension(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    private static String stem(String name, String extension) {
        return name.substring(0, name.length() - extension.length());
    }
}
