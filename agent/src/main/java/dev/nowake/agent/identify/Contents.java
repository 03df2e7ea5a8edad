package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a set of folders really holds: a link is inside when what it leads to is, by its own name.
 *
 * @param inside the listings without links that lead out; a link's size is that of its target as last seen
 * @param withOpenLinks listings with links that lead out or nowhere, as they were given
 */
record Contents(List<FolderListing> inside, List<FolderListing> withOpenLinks, List<Path> outsideLinks) {
    static Contents of(Collection<FolderListing> listings) {
        Map<FileId, SeenFile> real = new HashMap<>();
        Set<FileId> folders = new HashSet<>();
        for (FolderListing listing : listings) {
            folders.add(listing.id());
            for (SeenFile file : listing.files()) {
                if (!file.viaLink()) {
                    real.put(file.id(), file);
                }
            }
        }
        List<FolderListing> inside = new ArrayList<>();
        List<FolderListing> open = new ArrayList<>();
        List<Path> outside = new ArrayList<>();
        for (FolderListing listing : listings) {
            int before = outside.size();
            List<SeenFile> kept = new ArrayList<>();
            for (SeenFile file : listing.files()) {
                SeenFile target = file.viaLink() ? real.get(file.id()) : file;
                if (target == null) {
                    outside.add(file.path());
                } else {
                    kept.add(file.viaLink() ? file.sizedAs(target) : file);
                }
            }
            for (FolderListing.LinkedFolder link : listing.linkedFolders()) {
                if (!folders.contains(link.id())) {
                    outside.add(link.path());
                }
            }
            inside.add(listing.withFiles(kept));
            if (listing.unresolved() > 0 || outside.size() > before) {
                open.add(listing);
            }
        }
        return new Contents(inside, open, outside);
    }
}
