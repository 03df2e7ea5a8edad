package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.stage.ContentDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/**
 * What one remote file is. Waits for the remote: only for threads that {@link RemoteCalls} started.
 *
 * @param root the remote folder, links resolved
 * @param etagAttribute with the storage's tag; null where there is none
 */
record RemoteFiles(Path root, String etagAttribute) {
    private static final int MOST_ETAG_BYTES = 4096;
    private static final String NAMESPACE = "user.";
    private static final int ROOT = 0;

    /** A pipe, a device, a socket. */
    static final String NEITHER = "neither file, folder nor link";

    /**
     * A file, or what a link leads to.
     *
     * @param hub the folder above it that Hugging Face's tools have filled; null for none
     */
    RemoteEntry.File file(Path relative, Path path, UnixFacts facts, HubFolder hub) throws IOException {
        ContentDigest promised = ContentDigest.of(path);
        return new RemoteEntry.File(
                relative,
                facts,
                new Identity(facts.sizeBytes(), facts.mtimeNanos(), TwinRecord.etag(etag(path))),
                promised == null && hub != null ? hub.promised(relative, facts) : promised);
    }

    String etag(Path path) throws IOException {
        return etagAttribute == null ? null : attribute(path);
    }

    /** Null where the file has none. */
    private String attribute(Path path) throws IOException {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        String name = etagAttribute.substring(NAMESPACE.length());
        if (!view.list().contains(name)) {
            return null;
        }
        ByteBuffer value = ByteBuffer.allocate(Math.min(view.size(name), MOST_ETAG_BYTES));
        view.read(name, value);
        return new String(value.array(), 0, value.position(), StandardCharsets.UTF_8).strip();
    }

    /**
     * What a link stands for: one that leads to something below the remote folder is a link in the tree too, one that leads
     * out to a file stands for that file.
     *
     * <p>A link out is followed as the kernel follows links in folders that all may write to (protected_symlinks in proc(5)):
     * it belongs to root or to the file's owner. Else whoever may write to the remote folder could have root show files
     * from folders that are closed to them. For the same reason it must not leave the remote's filesystem.
     */
    RemoteEntry link(Path relative, Path path, UnixFacts link, UnixFacts rootFacts) throws IOException {
        Path real;
        UnixFacts target;
        try {
            real = path.toRealPath();
            target = UnixFacts.of(real);
        } catch (java.nio.file.NoSuchFileException | java.nio.file.FileSystemLoopException nowhere) {
            return new RemoteEntry.Skipped(relative, "the link leads nowhere");
        } catch (java.nio.file.FileSystemException odd) {
            return odd.getReason() != null && odd.getReason().contains("symbolic links")
                    ? new RemoteEntry.Skipped(relative, "the link leads to itself")
                    : unknown(relative, odd);
        }
        if (real.startsWith(root)) {
            Path named = Files.readSymbolicLink(path);
            boolean asItIs = !named.isAbsolute() && staysInside(relative, named);
            return new RemoteEntry.Link(relative, asItIs ? named : towards(relative, root.relativize(real)));
        }
        if (!target.isFile()) {
            return new RemoteEntry.Skipped(relative, "the link leads out of the remote folder, and to no file");
        }
        if (target.id().device() != rootFacts.id().device()) {
            return new RemoteEntry.Skipped(relative, "the link leads to another filesystem");
        }
        if (link.uid() != ROOT && link.uid() != target.uid()) {
            return new RemoteEntry.Skipped(relative, "the link leads out to a file of another owner");
        }
        return file(relative, real, target, null);
    }

    /** Whether no step of the way leads above the remote folder, by the names alone. */
    private static boolean staysInside(Path relative, Path named) {
        int depth = relative.getNameCount() - 1;
        for (Path step : named) {
            String text = step.toString();
            depth += text.equals("..") ? -1 : text.equals(".") ? 0 : 1;
            if (depth < 0) {
                return false;
            }
        }
        return true;
    }

    /** From the folder of one to the other, both below one root. */
    private static Path towards(Path link, Path target) {
        Path folder = link.getParent();
        Path way = folder == null ? target : folder.relativize(target);
        return way.toString().isEmpty() ? Path.of(".") : way;
    }

    /**
     * What has this name now, as a walk would tell it, but that a folder's rights are not looked at. Of a file only its
     * identity is told.
     */
    RemoteEntry look(Path relative) throws IOException {
        Path path = root.resolve(relative);
        UnixFacts facts = UnixFacts.of(path);
        return switch (facts.kind()) {
            case FILE -> file(relative, path, facts, null);
            case FOLDER -> new RemoteEntry.Folder(relative, facts);
            case LINK -> link(relative, path, facts, UnixFacts.of(root));
            case OTHER -> new RemoteEntry.Skipped(relative, NEITHER);
        };
    }

    static RemoteEntry unknown(Path relative, Exception why) {
        return new RemoteEntry.Unknown(relative, reason(why));
    }

    /** Without the path, which is told beside it. */
    static String reason(Exception why) {
        if (why instanceof java.nio.file.FileSystemException named) {
            return named.getReason() == null ? named.getClass().getSimpleName() : named.getReason();
        }
        return why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
    }

    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}
