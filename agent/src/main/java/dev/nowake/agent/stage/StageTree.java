package dev.nowake.agent.stage;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be copied: a file, or a folder with all below it. Links that lead to something inside the folder stay links;
 * those that lead outside, as from a Hugging Face snapshot to its blobs, are followed. What is neither file, folder nor link
 * is left out.
 *
 * @param folders targets, parents first
 * @param skipped pipes, devices, links that lead nowhere or to folders outside
 * @param unfinished what an earlier copy left unfinished
 */
public record StageTree(
        List<Path> folders, List<Link> links, List<StageFile> files, List<Path> skipped, List<Path> unfinished) {
    public record Link(Path target, Path leadsTo) {}

    /** @throws IOException where the source cannot be read */
    public static StageTree list(Path source, Path target, FileAccess access) throws IOException {
        return list(source, target, access, null);
    }

    /** What cannot be read below it is told to {@code tally}, where there is one, and left out. */
    static StageTree list(Path source, Path target, FileAccess access, Tally tally) throws IOException {
        StageTree tree = new StageTree(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (Files.isDirectory(source)) {
            tree.walk(source, target, access, tally);
        } else {
            Path real = source.toRealPath();
            Path place = Files.isDirectory(target) ? target.resolve(source.getFileName()) : target;
            tree.files.add(new StageFile(real, place, access.status(real), ContentDigest.of(real)));
        }
        return tree;
    }

    private void walk(Path source, Path target, FileAccess access, Tally tally) throws IOException {
        Path root = source.toRealPath();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                folders.add(below(root, folder, target));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try {
                    visited(file, attributes);
                } catch (IOException unreadable) {
                    return visitFileFailed(file, unreadable);
                }
                return FileVisitResult.CONTINUE;
            }

            private void visited(Path file, BasicFileAttributes attributes) throws IOException {
                if (tally != null) {
                    tally.answers.incrementAndGet();
                }
                Path place = below(root, file, target);
                if (PartFile.isOurs(file)) {
                    unfinished.add(file);
                } else if (attributes.isSymbolicLink()) {
                    link(root, file, place, access);
                } else if (attributes.isRegularFile()) {
                    files.add(new StageFile(file, place, access.status(file), ContentDigest.of(file)));
                } else {
                    skipped.add(file);
                }
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException unreadable) throws IOException {
                if (tally == null || path.equals(root)) {
                    throw unreadable;
                }
                tally.fail(path, unreadable);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException brokenOff) throws IOException {
                return brokenOff == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, brokenOff);
            }
        });
    }

    private void link(Path root, Path link, Path place, FileAccess access) throws IOException {
        Path leadsTo;
        try {
            leadsTo = link.toRealPath();
        } catch (IOException nowhere) {
            skipped.add(link);
            return;
        }
        Path named = Files.readSymbolicLink(link);
        if (leadsTo.startsWith(root) && !named.isAbsolute()) {
            // one that leaves the folder and comes back by its name would lead nowhere in the copy
            boolean stays = staysBelow(root, link.getParent(), named);
            links.add(new Link(place, stays ? named : link.getParent().relativize(leadsTo)));
        } else if (Files.isRegularFile(leadsTo, LinkOption.NOFOLLOW_LINKS)) {
            FileStatus status = access.status(leadsTo);
            files.add(new StageFile(leadsTo, place, status, ContentDigest.of(leadsTo)));
        } else {
            skipped.add(link);
        }
    }

    private static boolean staysBelow(Path root, Path folder, Path named) {
        Path at = folder;
        for (Path name : named) {
            at = at.resolve(name).normalize();
            if (!at.startsWith(root)) {
                return false;
            }
        }
        return true;
    }

    private static Path below(Path root, Path path, Path target) {
        return path.equals(root) ? target : target.resolve(root.relativize(path));
    }

    public long sizeBytes() {
        return files.stream().mapToLong(StageFile::sizeBytes).sum();
    }

    /** A name beside the path's: {@code .NAME.suffix}, whatever bytes the name has. */
    public static Path beside(Path path, String suffix) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        name.write('.');
        name.writeBytes(PathBytes.of(path.getFileName()));
        name.writeBytes(suffix.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return path.resolveSibling(PathBytes.path(name.toByteArray()));
    }
}
