package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where an image may be put: in a folder that is there, outside the model, over nothing unless that is asked for. */
final class ImagePlace {
    private ImagePlace() {}

    /**
     * @throws PackException with what to do instead
     * @throws IOException where the model is not there
     */
    static void require(PackOrder order) throws IOException {
        requireApart(order);
        requireFree(order);
    }

    private static void requireApart(PackOrder order) throws IOException {
        Path model = order.model().toRealPath();
        Path parent = order.image().toAbsolutePath().normalize().getParent();
        if (parent == null || order.image().getFileName() == null) {
            throw new PackException(Kind.USAGE, PathText.of(order.image()) + ": not a file's name");
        }
        Path real;
        try {
            real = parent.toRealPath();
        } catch (NoSuchFileException missing) {
            throw new PackException(Kind.USAGE, PathText.of(parent) + ": no such folder; make it first", missing);
        }
        Path image = real.resolve(order.image().getFileName());
        if (image.startsWith(model)) {
            throw new PackException(
                    Kind.USAGE,
                    PathText.of(order.image()) + " is in " + PathText.of(order.model()) + "; put it elsewhere");
        }
    }

    private static void requireFree(PackOrder order) throws IOException {
        Path image = order.image();
        if (Files.isDirectory(image, LinkOption.NOFOLLOW_LINKS)) {
            throw new PackException(Kind.USAGE, PathText.of(image) + ": a folder; give the image's own name");
        }
        if (order.force()) {
            return;
        }
        if (Files.exists(image, LinkOption.NOFOLLOW_LINKS)) {
            throw new PackException(Kind.USAGE, PathText.of(image) + ": is there already; --force replaces it");
        }
        Path manifest = Manifest.beside(image);
        if (Files.exists(manifest, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Manifest.read(manifest); // what a run left that was killed as it put both in place
            } catch (IOException another) {
                throw new PackException(
                        Kind.USAGE,
                        PathText.of(manifest) + ": is there already, and no manifest; --force replaces it",
                        another);
            }
        }
    }
}
