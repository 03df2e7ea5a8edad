package dev.nowake.agent.identify;

import dev.nowake.model.Format;
import dev.nowake.model.format.OllamaManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models of one Ollama store: {@code manifests/HOST/NAMESPACE/NAME/TAG} name the blobs in {@code blobs/sha256-HEX}.
 * Called {@code NAME:TAG}; host and namespace stand before it where they are not the usual ones.
 */
final class OllamaModels {
    private static final String USUAL_HOST = "registry.ollama.ai";
    private static final String USUAL_NAMESPACE = "library";

    private final Path store;
    private final Sidecars sidecars;
    private final Map<String, SeenFile> blobs = new HashMap<>();
    private final List<FolderListing> manifests = new ArrayList<>();
    private int order = Integer.MAX_VALUE;

    OllamaModels(Path store, Sidecars sidecars) {
        this.store = store;
        this.sidecars = sidecars;
    }

    /** The store a folder belongs to, by its path alone; null where it is none. */
    static Path storeOf(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        for (int i = whole.getNameCount() - 1; i > 0; i--) {
            String part = PathText.nameOf(whole.getName(i));
            if (part.equals("manifests") || (part.equals("blobs") && i == whole.getNameCount() - 1)) {
                return whole.getRoot().resolve(whole.subpath(0, i));
            }
        }
        return null;
    }

    void add(FolderListing listing, int listingOrder) {
        Path inside = store.relativize(listing.path().toAbsolutePath().normalize());
        if (PathText.of(inside).equals("blobs")) {
            listing.files().forEach(file -> blobs.put(file.name(), file));
        } else {
            manifests.add(listing);
        }
        order = Math.min(order, listingOrder);
    }

    List<Claims.Claimed> claim(Claims claims) {
        List<Claims.Claimed> claimed = new ArrayList<>();
        if (blobs.isEmpty()) {
            return claimed;
        }
        for (FolderListing listing : manifests) {
            for (SeenFile tag : listing.mayOpen() ? listing.files() : List.<SeenFile>of()) {
                candidate(listing, tag).flatMap(claims::claim).ifPresent(claimed::add);
            }
        }
        return claimed;
    }

    private Optional<Candidate> candidate(FolderListing listing, SeenFile tag) {
        List<SeenFile> files = new ArrayList<>();
        List<String> names = sidecars.manifest(tag).map(OllamaManifest::blobs).orElse(List.of());
        for (String name : names) {
            SeenFile blob = blobs.get(name);
            if (blob != null) {
                files.add(blob);
            }
        }
        if (files.isEmpty()) {
            return Optional.empty();
        }
        Path inside = store.relativize(listing.path().toAbsolutePath().normalize());
        String name = name(inside) + ":" + tag.name();
        return Optional.of(new Candidate(store, name, tag.name(), Format.GGUF, files, 0, order));
    }

    /** {@code manifests/HOST/NAMESPACE/NAME}, shortened. */
    private static String name(Path inside) {
        int first = 1;
        int parts = inside.getNameCount();
        if (parts > first + 1 && PathText.nameOf(inside.getName(first)).equals(USUAL_HOST)) {
            first++;
            if (parts > first + 1 && PathText.nameOf(inside.getName(first)).equals(USUAL_NAMESPACE)) {
                first++;
            }
        }
        List<String> shown = new ArrayList<>();
        for (int i = first; i < parts; i++) {
            shown.add(PathText.nameOf(inside.getName(i)));
        }
        return String.join("/", shown);
    }
}
