package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.agent.stage.StageFile;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One model becomes one image: listed, hashed, written beside the target, checked where that is asked for, put in place. */
public final class PackRun {
    private final Kernel kernel;
    private final Footprint footprint;
    private final PackOrder order;
    private final Mkfs mkfs;
    private final PackSource source;
    private final ImageCheck check;
    private final ChildProgram child = new ChildProgram();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong hashedBytes = new AtomicLong();
    private final List<String> notes = new ArrayList<>();
    private volatile ImagePart part;

    /**
     * Looks at everything that can be refused before there is work.
     *
     * @throws PackException where it cannot be done, or must not be
     * @throws IOException where the model cannot be read
     */
    public PackRun(Kernel kernel, PackOrder order) throws IOException, InterruptedException {
        this.kernel = kernel;
        this.footprint = new Footprint(kernel);
        this.order = order;
        this.check = new ImageCheck(kernel);
        ImagePlace.require(order);
        this.mkfs = Mkfs.find(order.mkfs(), System.getenv("PATH"));
        mkfs.require(order.compression());
        this.source = PackSource.list(order.model(), kernel.files());
        requireSpace();
    }

    private void requireSpace() throws IOException {
        Path folder = order.image().toAbsolutePath().getParent();
        long free = Files.getFileStore(folder).getUsableSpace();
        long needed = source.mostBytes(mkfs.alignmentBytes(order.compression()));
        long gaps = (long) (mkfs.alignmentBytes(order.compression()) - Mkfs.BLOCK_BYTES)
                * source.files().size(); // between aligned files nothing is written
        if (needed - gaps > free) {
            throw new PackException(
                    Kind.FAILED,
                    PathText.of(folder) + ": " + (needed - gaps) + " bytes are needed, " + free
                            + " are free; make room, or pack elsewhere");
        }
    }

    /** What {@link #doneBytes} reaches. */
    public long sizeBytes() {
        long all = source.tree().sizeBytes();
        return order.verify() ? 3 * all : 2 * all;
    }

    /** For progress: bytes hashed, written and checked. Any thread. */
    public long doneBytes() {
        ImagePart now = part;
        return hashedBytes.get()
                + (now == null ? 0 : Math.min(source.tree().sizeBytes(), now.sizeBytes()))
                + check.doneBytes();
    }

    /** Ends {@link #run} soon, mkfs.erofs at once. Any thread. */
    public void stop() {
        stopped.set(true);
        check.stop();
        child.stop();
    }

    /**
     * Blocks until the image is in place.
     *
     * @throws IOException with one line where it is not; nothing is left of it then
     */
    public PackReport run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (ImagePart image = ImagePart.open(kernel, order.image())) {
            part = image;
            Hashed hashed = hash();
            make(image.self(), hashed.uuid());
            image.force();
            source.requireUnchanged();
            digHoles(image);
            Manifest manifest = hashed.manifest(image.sizeBytes());
            CheckReport checked = order.verify() ? check(image.path(), manifest) : null;
            requireGoingOn();
            image.finish(manifest);
            footprint.drop(order.image());
            long allocated = kernel.files().status(order.image()).allocatedBytes();
            return new PackReport(
                    source.files().size(),
                    source.tree().links().size(),
                    source.tree().sizeBytes(),
                    manifest.imageBytes(),
                    allocated,
                    manifest.alignmentBytes(),
                    manifest.uuid(),
                    mkfs.version(),
                    (System.nanoTime() - start) / 1e9,
                    checked,
                    List.copyOf(source.tree().skipped()),
                    List.copyOf(notes));
        }
    }

    /** What the image will hold; its manifest but for the image's length. */
    private final class Hashed {
        private final List<Manifest.Entry> files = new ArrayList<>();
        private final List<Manifest.Link> links = source.tree().links().stream()
                .map(link -> new Manifest.Link(PackSource.inImage(link.target()), link.leadsTo()))
                .toList();
        private final List<Path> folders = source.tree().folders().stream()
                .map(PackSource::inImage)
                .filter(folder -> !folder.toString().isEmpty())
                .toList();

        private String compression() {
            return order.compression() == null ? null : order.compression().toString();
        }

        String uuid() {
            return Manifest.uuid(files, links, folders, compression());
        }

        Manifest manifest(long imageBytes) {
            int alignment = mkfs.alignmentBytes(order.compression());
            return new Manifest(uuid(), imageBytes, compression(), alignment, files, links, folders);
        }
    }

    private Hashed hash() throws IOException, InterruptedException {
        List<StageFile> files = source.files();
        List<Digests.Outcome> outcomes = new Digests(footprint, stopped, hashedBytes)
                .of(files.stream()
                        .map(file -> new Digests.Job(file.source(), file.sizeBytes()))
                        .toList());
        requireGoingOn();
        Hashed hashed = new Hashed();
        for (int i = 0; i < outcomes.size(); i++) {
            StageFile file = files.get(i);
            IOException failure = outcomes.get(i).failure();
            if (failure != null) {
                throw file.isSame(kernel.files().status(file.source()))
                        ? new PackException(
                                Kind.FAILED,
                                PathText.of(file.source()) + ": cannot be read: " + failure.getMessage(),
                                failure)
                        : PackSource.changed(file.source());
            }
            String sha256 = outcomes.get(i).sha256();
            ContentDigest promised = file.digest();
            if (promised != null
                    && promised.algorithm().equals("SHA-256")
                    && !promised.hex().equals(sha256)) {
                throw new PackException(
                        Kind.FAILED,
                        PathText.of(file.source()) + ": its content is not what its name says (SHA-256 " + sha256
                                + "); fetch it again");
            }
            hashed.files.add(new Manifest.Entry(PackSource.inImage(file.target()), file.sizeBytes(), sha256));
        }
        return hashed;
    }

    /** mkfs.erofs reads through page cache; what it brings in goes again. */
    private void make(Path image, String uuid) throws IOException, InterruptedException {
        List<Path> cold = source.files().stream()
                .map(StageFile::source)
                .filter(footprint::isCold)
                .toList();
        try (WorkFolder work = WorkFolder.make(image)) {
            if (source.isFolderAsItIs()) {
                work.lead(source.root());
                mkfs(work, uuid);
            } else {
                PrivateThread.run(kernel, mounts -> {
                    work.layOut(source, mounts);
                    mkfs(work, uuid);
                    return null;
                });
            }
        } finally {
            cold.forEach(footprint::drop);
        }
    }

    private void mkfs(WorkFolder work, String uuid) throws IOException, InterruptedException {
        ChildProgram.Ended told = run(mkfs.command(work.image(), work.tree(), uuid, order.compression()));
        if (told.exitCode() != 0) {
            throw new PackException(Kind.FAILED, mkfs.program() + " failed: " + Mkfs.reason(told.output()));
        }
    }

    private ChildProgram.Ended run(List<String> command) throws IOException, InterruptedException {
        try {
            return child.run(command);
        } catch (IOException failed) {
            requireGoingOn();
            throw failed;
        }
    }

    /** mkfs.erofs writes holes as zeros, which the image's file need not hold. */
    private void digHoles(ImagePart image) throws IOException, InterruptedException {
        if (order.compression() != null || source.holeBytes() < Mkfs.BLOCK_BYTES) {
            return;
        }
        try (WorkFolder work = WorkFolder.make(image.self())) {
            ChildProgram.Ended told =
                    run(List.of("fallocate", "--dig-holes", work.image().toString()));
            if (told.exitCode() != 0) {
                notes.add("holes are stored as zeros: fallocate: " + Mkfs.reason(told.output()));
            }
        } catch (IOException noFallocate) {
            requireGoingOn();
            notes.add("holes are stored as zeros: " + noFallocate.getMessage());
        }
        image.force();
    }

    private CheckReport check(Path image, Manifest manifest) throws IOException, InterruptedException {
        footprint.drop(image); // what is on the disk is checked
        CheckReport report = check.of(new ImageCheck.Subject(image, manifest, true));
        if (!report.isRight()) {
            CheckReport.Wrong first = report.wrong().getFirst();
            throw new PackException(
                    Kind.FAILED,
                    "the image is wrong and was not put in place: " + PathText.of(first.path()) + ": "
                            + first.reason());
        }
        return report;
    }

    private void requireGoingOn() throws PackException {
        if (stopped.get()) {
            throw new PackException(Kind.FAILED, "stopped; nothing was put in place");
        }
    }
}
