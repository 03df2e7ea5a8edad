package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Lists folders without opening a file: entries, their status, where links lead. For one thread. */
final class TreeWalk {
    private final FileAccess files;
    private final boolean followFolderLinks;
    private final Set<FileId> visited = new HashSet<>();
    private final Map<Path, String> problems = new LinkedHashMap<>();

    TreeWalk(FileAccess files, boolean followFolderLinks) {
        this.files = files;
        this.followFolderLinks = followFolderLinks;
    }

    /** Folders that could not be read, one line each. */
    Map<Path, String> problems() {
        return problems;
    }

    /** The folder and all below it, parents first, each folder once however many ways lead to it. */
    List<FolderListing> walk(Path start, Predicate<Path> mayOpen) {
        List<FolderListing> found = new ArrayList<>();
        Deque<Path> waiting = new ArrayDeque<>();
        waiting.push(start);
        while (!waiting.isEmpty()) {
            Path next = waiting.pop();
            FolderListing listing;
            try {
                FileStatus status = files.status(next);
                if (!status.isDirectory() || !visited.add(idOf(status))) {
                    continue;
                }
                listing = list(next, status, mayOpen.test(next));
            } catch (IOException e) {
                problems.put(next, PathText.of(next) + ": " + reason(e));
                continue;
            }
            found.add(listing);
            pushAll(waiting, listing);
        }
        return found;
    }

    /** One folder's entries. Entries that vanish meanwhile are left out. */
    FolderListing list(Path folder, FileStatus status, boolean mayOpen) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(null);
        List<SeenFile> regular = new ArrayList<>();
        List<Path> folders = new ArrayList<>();
        List<FolderListing.LinkedFolder> linked = new ArrayList<>();
        int unresolved = 0;
        for (Path entry : entries) {
            try {
                BasicFileAttributes own =
                        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (own.isDirectory()) {
                    folders.add(entry);
                } else if (own.isRegularFile() || own.isSymbolicLink()) {
                    FileStatus target = files.status(entry);
                    if (target.isRegular()) {
                        regular.add(seen(entry, target, own.isSymbolicLink()));
                    } else if (target.isDirectory()) {
                        linked.add(new FolderListing.LinkedFolder(entry, idOf(target)));
                    }
                }
            } catch (IOException e) {
                // Gone since the folder was read, or a link that leads nowhere yet: nothing that could be loaded.
                unresolved++;
            }
        }
        return new FolderListing(
                folder, idOf(status), status.mtimeNanos(), regular, folders, linked, unresolved, mayOpen);
    }

    static SeenFile seen(Path path, FileStatus status, boolean viaLink) {
        return new SeenFile(
                path, PathText.nameOf(path), idOf(status), status.sizeBytes(), status.mtimeNanos(), viaLink);
    }

    static FileId idOf(FileStatus status) {
        return new FileId(status.device(), status.inode());
    }

    static String reason(IOException e) {
        return e instanceof KernelException
                ? e.getMessage()
                : e.getClass().getSimpleName().replace("Exception", "");
    }

    private void pushAll(Deque<Path> waiting, FolderListing listing) {
        List<Path> below = new ArrayList<>(listing.folders());
        if (followFolderLinks) {
            listing.linkedFolders().forEach(link -> below.add(link.path()));
        }
        // Real folders are visited before links to them: their path is the better label.
        for (int i = below.size() - 1; i >= 0; i--) {
            waiting.push(below.get(i));
        }
    }
}
