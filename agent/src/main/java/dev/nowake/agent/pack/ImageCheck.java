package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Holds every file of an image against its manifest, by content, and looks for what is missing and what is too many. */
public final class ImageCheck {
    private static final int SUPERBLOCK_AT = 1024;
    private static final int MAGIC = 0xE0F5_E1E2;
    private static final int UUID_AT = 48;

    private final Kernel kernel;
    private final Footprint footprint;
    private final List<ImageMount.Way> ways;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong doneBytes = new AtomicLong();

    public ImageCheck(Kernel kernel) {
        this(kernel, List.of(ImageMount.Way.values()));
    }

    /** Mounted in the first of these ways that works. */
    ImageCheck(Kernel kernel, List<ImageMount.Way> ways) {
        this.kernel = kernel;
        this.footprint = new Footprint(kernel);
        this.ways = ways;
    }

    /** Ends soon. Any thread. */
    public void stop() {
        stopped.set(true);
    }

    /** Bytes compared so far. Any thread. */
    public long doneBytes() {
        return doneBytes.get();
    }

    /**
     * An image and its manifest.
     *
     * @param wasCold nothing of the image was in page cache before anybody here looked
     */
    public record Subject(Path image, Manifest manifest, boolean wasCold) {
        public long sizeBytes() {
            return manifest.sizeBytes();
        }
    }

    /**
     * Looks at an image with its manifest beside it, before there is work.
     *
     * @throws PackException where it is no image, or not the manifest's
     */
    public Subject subject(Path image) throws IOException {
        Path real = image.toRealPath();
        boolean cold = footprint.isCold(real);
        requireImage(real);
        Manifest manifest = Manifest.read(Manifest.beside(image));
        requireSame(real, manifest);
        return new Subject(real, manifest, cold);
    }

    /**
     * Of a whole image.
     *
     * @throws PackException where it is so damaged that it cannot be mounted, or nobody may mount
     */
    public CheckReport of(Subject subject) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Path image = subject.image();
        Manifest manifest = subject.manifest();
        List<CheckReport.Wrong> wrong = new ArrayList<>();
        long size = Files.size(image);
        if (size != manifest.imageBytes()) {
            wrong.add(new CheckReport.Wrong(
                    image, "the image has " + size + " bytes, its manifest says " + manifest.imageBytes()));
        }
        ImageMount.Way way;
        try (WorkFolder work = WorkFolder.make(image)) {
            way = PrivateThread.run(kernel, mounts -> {
                try (ImageMount mounted = ImageMount.of(image, work, ways, mounts)) {
                    compare(mounted.root(), manifest, wrong);
                    return mounted.way();
                }
            });
        } finally {
            if (subject.wasCold()) {
                footprint.drop(image);
            }
        }
        if (stopped.get()) {
            throw new PackException(Kind.FAILED, "stopped before everything was checked");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int files = manifest.files().size();
        return new CheckReport(files, manifest.sizeBytes(), way.label(), seconds, List.copyOf(wrong));
    }

    private static void requireImage(Path image) throws IOException {
        ByteBuffer head = Files.isRegularFile(image) ? head(image) : ByteBuffer.allocate(0);
        if (head.limit() < Integer.BYTES || head.getInt(0) != MAGIC) {
            throw new PackException(Kind.USAGE, PathText.of(image) + ": not an EROFS image");
        }
    }

    private static void requireSame(Path image, Manifest manifest) throws IOException {
        String uuid = uuid(image);
        if (!uuid.equals(manifest.uuid())) {
            throw new PackException(
                    Kind.FAILED,
                    PathText.of(Manifest.beside(image)) + ": the manifest of another image (" + manifest.uuid()
                            + ", not " + uuid + ")");
        }
    }

    private static String uuid(Path image) throws IOException {
        ByteBuffer bytes = head(image).order(ByteOrder.BIG_ENDIAN);
        return bytes.limit() < UUID_AT + 16
                ? "none"
                : new UUID(bytes.getLong(UUID_AT), bytes.getLong(UUID_AT + 8)).toString();
    }

    private static ByteBuffer head(Path image) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(image)) {
            while (bytes.hasRemaining() && channel.read(bytes, SUPERBLOCK_AT + bytes.position()) >= 0) {
                continue;
            }
        }
        return bytes.flip();
    }

    private void compare(Path root, Manifest manifest, List<CheckReport.Wrong> wrong)
            throws IOException, InterruptedException {
        Map<Path, BasicFileAttributes> there = new HashMap<>();
        walk(root, there, wrong);
        Set<Path> tooMany = new HashSet<>(there.keySet());
        for (Path folder : manifest.folders()) {
            tooMany.remove(folder);
            BasicFileAttributes found = there.get(folder);
            if (found == null || !found.isDirectory()) {
                wrong.add(new CheckReport.Wrong(folder, found == null ? "missing" : "no folder"));
            }
        }
        for (Manifest.Link link : manifest.links()) {
            tooMany.remove(link.path());
            BasicFileAttributes found = there.get(link.path());
            if (found == null || !found.isSymbolicLink()) {
                wrong.add(new CheckReport.Wrong(link.path(), found == null ? "missing" : "no link"));
            } else {
                compareLink(root, link, wrong);
            }
        }
        List<Manifest.Entry> files = new ArrayList<>();
        for (Manifest.Entry file : manifest.files()) {
            tooMany.remove(file.path());
            BasicFileAttributes found = there.get(file.path());
            if (found == null || !found.isRegularFile()) {
                wrong.add(new CheckReport.Wrong(file.path(), found == null ? "missing" : "no file"));
            } else if (found.size() != file.sizeBytes()) {
                wrong.add(new CheckReport.Wrong(
                        file.path(), "it has " + found.size() + " bytes instead of " + file.sizeBytes()));
            } else {
                files.add(file);
            }
        }
        compareContent(root, files, wrong);
        tooMany.stream()
                .sorted(PackSource.BY_BYTES)
                .forEach(path -> wrong.add(new CheckReport.Wrong(path, "not in the manifest")));
    }

    private static void compareLink(Path root, Manifest.Link link, List<CheckReport.Wrong> wrong) {
        try {
            if (!Files.readSymbolicLink(root.resolve(link.path())).equals(link.leadsTo())) {
                wrong.add(new CheckReport.Wrong(link.path(), "the link leads elsewhere"));
            }
        } catch (IOException unreadable) {
            wrong.add(new CheckReport.Wrong(link.path(), "cannot be read: " + why(unreadable)));
        }
    }

    private void compareContent(Path root, List<Manifest.Entry> files, List<CheckReport.Wrong> wrong)
            throws InterruptedException {
        List<Digests.Job> jobs = files.stream()
                .map(file -> new Digests.Job(root.resolve(file.path()), file.sizeBytes()))
                .toList();
        List<Digests.Outcome> outcomes = new Digests(footprint, stopped, doneBytes).of(jobs);
        for (int i = 0; i < outcomes.size(); i++) {
            Manifest.Entry file = files.get(i);
            Digests.Outcome outcome = outcomes.get(i);
            if (outcome.failure() != null) {
                wrong.add(new CheckReport.Wrong(file.path(), "cannot be read: " + why(outcome.failure())));
            } else if (!outcome.sha256().equals(file.sha256())) {
                wrong.add(new CheckReport.Wrong(
                        file.path(), "its content is not what was packed (SHA-256 " + outcome.sha256() + ")"));
            }
        }
    }

    private static void walk(Path root, Map<Path, BasicFileAttributes> there, List<CheckReport.Wrong> wrong)
            throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return visitFile(folder, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                if (!path.equals(root)) {
                    there.put(root.relativize(path), attributes);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException unreadable) {
                wrong.add(new CheckReport.Wrong(root.relativize(path), "cannot be read: " + why(unreadable)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException unreadable) {
                return unreadable == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, unreadable);
            }
        });
    }

    private static String why(IOException failure) {
        if (failure instanceof FileSystemException named && named.getReason() != null) {
            return named.getReason();
        }
        if (failure instanceof KernelException kernel) {
            return kernel.errno().describe();
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
