package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.StageFile;
import dev.nowake.agent.stage.StageTree;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is packed: a folder with all below it, or one file. Links that lead to something inside stay links; those that lead
 * out, as from a Hugging Face snapshot to its blobs, are followed.
 *
 * @param root the folder or file, resolved
 * @param tree what becomes of it, with targets below {@link #PLACE}
 */
record PackSource(Path root, StageTree tree, FileAccess access) {
    /** Stands for the image's root: targets of the list are relative to it. */
    static final Path PLACE = Path.of("/image");

    /** By the bytes of names: the same on every host. */
    static final Comparator<Path> BY_BYTES = (a, b) -> Arrays.compareUnsigned(PathBytes.of(a), PathBytes.of(b));

    /** @throws PackException where part of it would be missing */
    static PackSource list(Path model, FileAccess access) throws IOException {
        Path root = model.toRealPath();
        boolean folder = Files.isDirectory(root);
        if (!folder && !Files.isRegularFile(root)) {
            throw new PackException(Kind.USAGE, PathText.of(model) + ": neither a folder nor a file");
        }
        Path name = model.getFileName() == null ? root.getFileName() : model.getFileName();
        PackSource source =
                new PackSource(root, StageTree.list(model, folder ? PLACE : PLACE.resolve(name), access), access);
        source.tree.folders().sort(BY_BYTES);
        source.tree.links().sort(Comparator.comparing(StageTree.Link::target, BY_BYTES));
        source.tree.files().sort(Comparator.comparing(StageFile::target, BY_BYTES));
        source.requireWhole(model);
        return source;
    }

    /** A link that leads nowhere is a shard that was never downloaded: an image without it would be half a model. */
    private void requireWhole(Path model) throws PackException {
        for (Path path : tree.skipped()) {
            if (Files.isSymbolicLink(path)) {
                throw new PackException(
                        Kind.FAILED,
                        PathText.of(path)
                                + ": leads nowhere, or to a folder outside; complete the model, or remove the link");
            }
        }
        if (!tree.unfinished().isEmpty()) {
            throw new PackException(
                    Kind.FAILED,
                    PathText.of(tree.unfinished().getFirst())
                            + ": a copy that is not finished; let nowake stage finish it");
        }
        if (tree.files().isEmpty()) {
            throw new PackException(Kind.USAGE, PathText.of(model) + ": no file in it");
        }
    }

    /** Whether the folder as it lies there is what is packed: nothing is followed, left out or alone. */
    boolean isFolderAsItIs() {
        return !tree.folders().isEmpty()
                && tree.skipped().isEmpty()
                && tree.files().stream().allMatch(file -> file.source().equals(sourceOf(file.target())));
    }

    /** Where a target's original is, as far as no link is followed. */
    Path sourceOf(Path target) {
        return root.resolve(PLACE.relativize(target));
    }

    static Path inImage(Path target) {
        return PLACE.relativize(target);
    }

    /** The most an image of it takes, before holes are dug: every file in whole blocks, and what mkfs.erofs writes of names. */
    long mostBytes(int alignmentBytes) {
        long names = 0;
        long data = 0;
        for (StageFile file : tree.files()) {
            long blocks = (file.sizeBytes() + alignmentBytes - 1) / alignmentBytes * alignmentBytes;
            data = blocks > Long.MAX_VALUE - data ? Long.MAX_VALUE : data + blocks;
            names += PathBytes.of(file.target()).length + 128;
        }
        names += (tree.folders().size() + tree.links().size() + 1) * 2L * Mkfs.BLOCK_BYTES;
        return names > Long.MAX_VALUE - data ? Long.MAX_VALUE : data + names;
    }

    /** Bytes in holes, as far as the filesystems tell. */
    long holeBytes() throws IOException {
        long holes = 0;
        for (StageFile file : tree.files()) {
            try (OpenFile open = access.open(file.source())) {
                long data = access.dataExtents(open, 0, file.sizeBytes()).stream()
                        .mapToLong(Extent::lengthBytes)
                        .sum();
                holes += Math.max(0, file.sizeBytes() - data);
            }
        }
        return holes;
    }

    /**
     * What came meanwhile is in the image and not in its list.
     *
     * @throws PackException where a file is no longer what was listed, or anything has come or gone
     */
    void requireUnchanged() throws IOException {
        for (StageFile file : tree.files()) {
            if (!isSame(file)) {
                throw changed(file.source());
            }
        }
        if (tree.folders().isEmpty()) {
            return; // one file
        }
        Map<Path, Object> listed = entries(tree);
        Map<Path, Object> there;
        try {
            there = entries(StageTree.list(root, PLACE, access));
        } catch (NoSuchFileException gone) {
            throw changed(root);
        } catch (KernelException failed) {
            throw isGone(failed) ? changed(root) : failed;
        }
        Optional<Path> other = Stream.concat(listed.keySet().stream(), there.keySet().stream())
                .filter(path -> !Objects.equals(listed.get(path), there.get(path)))
                .min(BY_BYTES);
        if (other.isPresent()) {
            throw changed(other.get());
        }
    }

    private boolean isSame(StageFile file) throws KernelException {
        try {
            return file.isSame(access.status(file.source()));
        } catch (KernelException gone) {
            if (isGone(gone)) {
                return false;
            }
            throw gone;
        }
    }

    private static boolean isGone(KernelException failed) {
        return failed.errno().equals(Errno.ENOENT) || failed.errno().equals(Errno.ENOTDIR);
    }

    /** All that lies in the folder: files with where they are read, links with where they lead. */
    private Map<Path, Object> entries(StageTree of) {
        Map<Path, Object> entries = new HashMap<>();
        of.folders().forEach(folder -> entries.put(sourceOf(folder), "folder"));
        of.links().forEach(link -> entries.put(sourceOf(link.target()), link.leadsTo()));
        of.files().forEach(file -> entries.put(sourceOf(file.target()), file.source()));
        of.skipped().forEach(path -> entries.put(path, "left out"));
        of.unfinished().forEach(path -> entries.put(path, "unfinished"));
        return entries;
    }

    static PackException changed(Path file) {
        return new PackException(
                Kind.FAILED,
                PathText.of(file) + ": changed while it was packed; run it again when nobody writes to it");
    }

    /** Those of the folders' attributes that go into an image; files bring their own. */
    void copyAttributes(Path target, Path to) throws IOException {
        var attributes = Files.readAttributes(sourceOf(target), "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(to, "unix:uid", attributes.get("uid"));
        Files.setAttribute(to, "unix:gid", attributes.get("gid"));
        Files.setAttribute(to, "unix:mode", (Integer) attributes.get("mode") & 07777);
    }

    List<StageFile> files() {
        return tree.files();
    }
}
