package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * An image mounted by a thread whose mounts are its own: the file itself where the kernel takes that (6.12+), past the image's
 * page cache where it can (6.13+), else through a loop device, which goes with the mount.
 */
final class ImageMount implements AutoCloseable {
    /** Ways to mount; the first that works is taken. */
    enum Way {
        FILE_DIRECT("file, direct"),
        FILE("file"),
        LOOP("loop device");

        private final String label;

        Way(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** An option the kernel does not know, and a file where it wants a device; damage is told by others, mostly. */
    private static final Set<Errno> AN_OTHER_WAY_MAY_DO = Set.of(Errno.EINVAL, Errno.ENOTBLK);

    private final Mounts mounts;
    private final Path point;
    private final Way way;

    private ImageMount(Mounts mounts, Path point, Way way) {
        this.mounts = mounts;
        this.point = point;
        this.way = way;
    }

    /** @throws PackException where none of the ways works: it is no image, it is damaged, or the kernel has no EROFS */
    static ImageMount of(Path image, WorkFolder work, List<Way> ways, Mounts mounts)
            throws IOException, InterruptedException {
        IOException why = null;
        for (Way way : ways) {
            try {
                mount(image, work, way, mounts);
                return new ImageMount(mounts, work.mount(), way);
            } catch (KernelException refused) {
                if (refused.errno().equals(Errno.ENODEV)) {
                    throw new PackException(
                            Kind.NOT_SUPPORTED,
                            "this kernel has no EROFS: modprobe erofs, or CONFIG_EROFS_FS",
                            refused);
                }
                why = refused.errno().equals(Errno.ENOTBLK) && why != null ? why : refused;
                if (!AN_OTHER_WAY_MAY_DO.contains(refused.errno())) {
                    break;
                }
            } catch (PackException noLoop) {
                why = why instanceof KernelException refused && refused.errno().equals(Errno.EINVAL) ? why : noLoop;
            }
        }
        throw new PackException(
                Kind.FAILED,
                PathText.of(image) + ": cannot be mounted: "
                        + (why instanceof KernelException
                                ? "its own records are damaged (" + why.getMessage() + ")"
                                : why.getMessage()),
                why);
    }

    private static void mount(Path image, WorkFolder work, Way way, Mounts mounts)
            throws IOException, InterruptedException {
        switch (way) {
            case FILE_DIRECT -> mounts.mount(image, work.mount(), "erofs", "directio");
            case FILE -> mounts.mount(image, work.mount(), "erofs", "");
            case LOOP -> loop(work);
        }
    }

    private static void loop(WorkFolder work) throws IOException, InterruptedException {
        ChildProgram.Ended ended = new ChildProgram()
                .run(List.of(
                        "mount",
                        "-t",
                        "erofs",
                        "-o",
                        "loop,ro,nosuid,nodev",
                        work.image().toString(),
                        work.mount().toString()));
        if (ended.exitCode() != 0) {
            throw new PackException(Kind.FAILED, "mount -o loop: " + Mkfs.reason(ended.output()));
        }
    }

    Path root() {
        return point;
    }

    Way way() {
        return way;
    }

    @Override
    public void close() throws IOException {
        mounts.unmount(point);
    }
}
