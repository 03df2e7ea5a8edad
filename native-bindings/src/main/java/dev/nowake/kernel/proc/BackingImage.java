package dev.nowake.kernel.proc;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file whose content a mount shows: of a loop device (loop(4)), or of an EROFS mounted from a file.
 *
 * @param isDirect it is read past its own page cache. Else every page that is read is kept twice: as the mounted file's, and
 *     as the image's, where it stays when the mounted file's is dropped
 */
public record BackingImage(Path file, boolean isDirect) {
    private static final String DELETED = " (deleted)";

    public static Optional<BackingImage> of(Mount mount) {
        return of(ProcFile.HOST, mount);
    }

    /** Empty where the mount is of a disk, of a server, of memory, or where it cannot be told. */
    public static Optional<BackingImage> of(Path root, Mount mount) {
        Path loop = root.resolve("sys/dev/block/" + DeviceNumber.format(mount.device()) + "/loop");
        String name = ProcFile.text(loop.resolve("backing_file")).stripTrailing();
        if (!name.isEmpty()) {
            String file = name.endsWith(DELETED) ? name.substring(0, name.length() - DELETED.length()) : name;
            boolean direct = ProcFile.text(loop.resolve("dio")).strip().equals("1");
            return ProcFile.path(file).map(path -> new BackingImage(path, direct));
        }
        boolean isFile = mount.fsType().equals("erofs")
                && DeviceNumber.major(mount.device()) == 0
                && mount.source().startsWith("/");
        try {
            return isFile
                    ? Optional.of(new BackingImage(Path.of(mount.source()), mount.hasOption("directio")))
                    : Optional.empty();
        } catch (InvalidPathException noText) {
            return Optional.empty();
        }
    }
}
