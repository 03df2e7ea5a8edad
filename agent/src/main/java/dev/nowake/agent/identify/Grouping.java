package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import dev.nowake.model.format.FormatDetector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Makes models of folder listings. Repositories and stores come first, because they know names their blobs do not have;
 * then files by their own names, links to files that lie elsewhere last; then large files of no known name.
 */
final class Grouping {
    /** Looks into files whose name does not tell what they are. */
    interface ContentProbe {
        /** Never looks: what is large and unknown is taken as UNKNOWN. */
        ContentProbe NAMES_ONLY = new ContentProbe() {};

        /** Whether a file that nothing speaks for is to be taken. */
        default boolean isModel(SeenFile file) {
            return isLargeUnknown(file);
        }

        /** The format of a model's first file, given what its name promises. */
        default Format format(SeenFile file, Format byName) {
            return byName;
        }
    }

    private static final int BLOB_NAME_SHOWN = 19;

    private final Sidecars sidecars;
    private final ContentProbe probe;
    private final boolean linksLast;
    private final Claims claims = new Claims();
    private final List<Claims.Claimed> claimed = new ArrayList<>();

    private record Placed(FolderListing listing, int order) {}

    /** @param linksLast a link's target under its own name is preferred to the link, wherever it lies */
    Grouping(Sidecars sidecars, ContentProbe probe, boolean linksLast) {
        this.sidecars = sidecars;
        this.probe = probe;
        this.linksLast = linksLast;
    }

    List<FoundModel> group(List<FolderListing> listings) {
        Map<Path, HubModels> hubs = new LinkedHashMap<>();
        Map<Path, OllamaModels> stores = storesIn(listings);
        List<Placed> plain = new ArrayList<>();
        List<Placed> all = new ArrayList<>();
        for (int i = 0; i < listings.size(); i++) {
            FolderListing listing = listings.get(i);
            all.add(new Placed(listing, i));
            HubPlace hub = HubPlace.of(listing.path());
            OllamaModels store = hub == null ? stores.get(OllamaModels.storeOf(listing.path())) : null;
            if (hub != null) {
                hubs.computeIfAbsent(hub.repository(), path -> new HubModels(sidecars))
                        .add(listing, hub, i);
            } else if (store != null) {
                store.add(listing, i);
            } else {
                plain.add(all.getLast());
            }
        }
        hubs.values().forEach(hub -> claimed.addAll(hub.claim(claims)));
        stores.values().forEach(store -> claimed.addAll(store.claim(claims)));
        claimPlain(plain);
        all.forEach(this::claimUnnamed);
        return models();
    }

    /** A folder {@code blobs} is a store's only beside a folder {@code manifests}. */
    private Map<Path, OllamaModels> storesIn(List<FolderListing> listings) {
        Map<Path, OllamaModels> stores = new LinkedHashMap<>();
        for (FolderListing listing : listings) {
            Path whole = listing.path().toAbsolutePath().normalize();
            if (PathText.nameOf(whole).equals("manifests") && whole.getParent() != null) {
                stores.put(whole.getParent(), new OllamaModels(whole.getParent(), sidecars));
            }
        }
        return stores;
    }

    private void claimPlain(List<Placed> plain) {
        List<Candidate> candidates = new ArrayList<>();
        for (Placed placed : plain) {
            candidates.addAll(FolderModels.ofFolder(placed.listing, sidecars, placed.order));
        }
        if (linksLast) {
            candidates.sort(Comparator.comparing(Candidate::onlyLinks));
        }
        candidates.forEach(candidate -> claims.claim(candidate).ifPresent(claimed::add));
    }

    private void claimUnnamed(Placed placed) {
        for (SeenFile file : placed.listing.files()) {
            if (claims.isTaken(file.id()) || !probe.isModel(file)) {
                continue;
            }
            HubPlace hub = HubPlace.of(placed.listing.path());
            String label = file.name()
                    .substring(0, Math.min(BLOB_NAME_SHOWN, file.name().length()));
            boolean blob = PathText.nameOf(placed.listing.path()).equals("blobs");
            String name = hub != null ? hub.name() + "/" + label : blob ? label : file.name();
            Format format = FormatDetector.byName(file.name()).orElse(Format.UNKNOWN);
            claims.claim(new Candidate(
                            placed.listing.path(), name, file.name(), format, List.of(file), 0, placed.order))
                    .ifPresent(claimed::add);
        }
    }

    private List<FoundModel> models() {
        ToIntFunction<Claims.Claimed> order = got -> got.candidate().order();
        claimed.sort(Comparator.comparingInt(order)
                .thenComparing(got -> got.candidate().files().getFirst().path()));
        List<String> names =
                ModelNames.of(claimed.stream().map(Claims.Claimed::candidate).toList());
        List<FoundModel> models = new ArrayList<>();
        for (int i = 0; i < claimed.size(); i++) {
            models.add(model(names.get(i), claimed.get(i)));
        }
        return models;
    }

    private FoundModel model(String name, Claims.Claimed got) {
        Map<FileId, Shard> shards = new LinkedHashMap<>();
        for (SeenFile file : got.candidate().files()) {
            shards.computeIfAbsent(
                    file.id(), id -> new Shard(id, shards.size(), PathText.of(file.path()), file.sizeBytes()));
        }
        List<FoundFile> files = new ArrayList<>();
        for (SeenFile file : got.own()) {
            files.add(new FoundFile(file.path(), shards.get(file.id())));
        }
        Format format =
                probe.format(got.candidate().files().getFirst(), got.candidate().format());
        return new FoundModel(new Model(name, format, List.copyOf(shards.values())), files);
    }

    /** Large, and not known to be something else or half a download. */
    static boolean isLargeUnknown(SeenFile file) {
        return file.sizeBytes() >= FormatDetector.UNKNOWN_MIN_BYTES
                && !file.name().endsWith(".json")
                && !isPartial(file.name());
    }

    static boolean isPartial(String name) {
        return name.endsWith(".incomplete") || name.contains("-partial") || name.endsWith(".part");
    }
}
