package dev.nowake.agent.identify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The models of one repository of a Hugging Face cache. A blob that several snapshots link to belongs to the one a
 * reference names ({@code main} before others), else to the newest.
 */
final class HubModels {
    /** As git shortens them, and long enough to tell a few revisions apart. */
    private static final int SHORT_REVISION = 8;

    private record Place(FolderListing listing, HubPlace hub, int order) {}

    private final Sidecars sidecars;
    private final List<Place> snapshots = new ArrayList<>();
    private final List<FolderListing> references = new ArrayList<>();
    private final Map<String, Long> mtimeNanos = new HashMap<>();

    HubModels(Sidecars sidecars) {
        this.sidecars = sidecars;
    }

    void add(FolderListing listing, HubPlace hub, int order) {
        if (hub.isSnapshot()) {
            snapshots.add(new Place(listing, hub, order));
            mtimeNanos.merge(hub.revision(), listing.mtimeNanos(), Math::max);
        } else if (hub.part().equals("refs")) {
            references.add(listing);
        }
    }

    /** Claims files, the best snapshot first. */
    List<Claims.Claimed> claim(Claims claims) {
        List<String> referred = referredRevisions();
        snapshots.sort(Comparator.comparingInt((Place place) -> rank(referred, place.hub.revision()))
                .thenComparing(place -> mtimeNanos.get(place.hub.revision()), Comparator.reverseOrder())
                .thenComparing(place -> place.hub.revision())
                .thenComparingInt(Place::order));
        List<Claims.Claimed> claimed = new ArrayList<>();
        List<String> revisions = new ArrayList<>();
        for (Place place : snapshots) {
            for (Candidate candidate : FolderModels.ofSnapshot(place.listing, place.hub, sidecars, place.order)) {
                claims.claim(candidate).ifPresent(got -> {
                    claimed.add(got);
                    revisions.add(place.hub.revision());
                });
            }
        }
        return revisions.stream().distinct().count() < 2 ? claimed : withRevisions(claimed, revisions);
    }

    private List<Claims.Claimed> withRevisions(List<Claims.Claimed> claimed, List<String> revisions) {
        String plain = snapshots.getFirst().hub.name();
        List<Claims.Claimed> named = new ArrayList<>();
        for (int i = 0; i < claimed.size(); i++) {
            String revision = revisions.get(i);
            String label = revision.substring(0, Math.min(SHORT_REVISION, revision.length()));
            String inside = claimed.get(i).candidate().name().substring(plain.length());
            named.add(claimed.get(i).named(plain + "@" + label + inside));
        }
        return named;
    }

    private List<String> referredRevisions() {
        List<String> revisions = new ArrayList<>();
        for (FolderListing listing : references) {
            if (!listing.mayOpen()) {
                continue;
            }
            for (SeenFile file : listing.files()) {
                sidecars.reference(file)
                        .ifPresent(
                                revision -> revisions.add(file.name().equals("main") ? 0 : revisions.size(), revision));
            }
        }
        return revisions;
    }

    private static int rank(List<String> referred, String revision) {
        int at = referred.indexOf(revision);
        return at < 0 ? referred.size() : at;
    }
}
