package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.List;

/**
 * One folder's entries, in the order of their names' bytes.
 *
 * @param folders subfolders that are not links
 * @param linkedFolders links that lead to folders
 * @param unresolved entries that could not be looked at, links that lead nowhere above all
 * @param mayOpen the small files beside the weights may be read
 */
record FolderListing(
        Path path,
        FileId id,
        long mtimeNanos,
        List<SeenFile> files,
        List<Path> folders,
        List<LinkedFolder> linkedFolders,
        int unresolved,
        boolean mayOpen) {

    /** A link and the folder it leads to. */
    record LinkedFolder(Path path, FileId id) {}

    FolderListing {
        files = List.copyOf(files);
        folders = List.copyOf(folders);
        linkedFolders = List.copyOf(linkedFolders);
    }

    FolderListing withFiles(List<SeenFile> others) {
        return new FolderListing(path, id, mtimeNanos, others, folders, linkedFolders, unresolved, mayOpen);
    }
}
