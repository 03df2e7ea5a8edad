package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.MirrorSettings.Unreachable;
import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A remote folder, a place for its mirror, and a store on the real kernel. */
final class StoreRig implements AutoCloseable, TwinListener {
    static final Kernel KERNEL = LinuxKernel.open(Binding.AUTO);

    final Path remote;
    final Path local;
    final Path run;
    /** {@code + name}, {@code ! name}, {@code - name} as twins appear, complete and go. */
    final List<String> heard = new CopyOnWriteArrayList<>();

    Vanished vanished = Vanished.KEEP;
    Duration timeout = Duration.ofSeconds(10);
    String etagAttribute;
    Users users = KERNEL.leases()::heldElsewhere;
    /** Names that cannot be guarded. */
    List<String> unguarded = List.of();

    private Store store;

    StoreRig(Path folder) throws IOException {
        this.remote = Files.createDirectories(folder.resolve("remote"));
        this.local = Files.createDirectories(folder.resolve("disk")).resolve("models");
        this.run = Files.createDirectories(folder.resolve("run"));
    }

    MirrorSettings settings() {
        return new MirrorSettings(
                "models",
                remote,
                local,
                null,
                null,
                timeout,
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                vanished,
                Unreachable.SERVE,
                32,
                2,
                true,
                etagAttribute,
                "mirror-lru",
                java.util.Map.of(),
                Mode.ENFORCE);
    }

    Store open() throws IOException {
        store = Store.open(settings(), run, KERNEL, users, this, InstantSource.system());
        return store;
    }

    /** As after an orderly stop, or a crash where {@code park} is false. */
    Store reopen(boolean park) throws IOException {
        if (park) {
            store.conceal();
            store.park();
        }
        store.close();
        heard.clear();
        return open();
    }

    Store store() {
        return store;
    }

    Path base() {
        return local.resolveSibling(".models.nowake");
    }

    Path tree() {
        return base().resolve("tree");
    }

    Path remoteFile(String name, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Path path = remote.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.write(path, content);
    }

    MirroredFile twin(String name) {
        return store.twin(Path.of(name)).orElseThrow(() -> new AssertionError("no twin " + name));
    }

    /** What a filler does, without asking. */
    static void fill(MirroredFile twin, ByteRange range) throws IOException {
        try (FileChannel from = FileChannel.open(twin.remote());
                FileChannel to = FileChannel.open(twin.local(), StandardOpenOption.WRITE)) {
            to.position(range.start());
            if (from.transferTo(range.start(), range.lengthBytes(), to) < range.lengthBytes()) {
                throw new IOException(twin + " is shorter there");
            }
        }
        twin.written(range);
    }

    static void fill(MirroredFile twin) throws IOException {
        if (twin.identity().sizeBytes() > 0) {
            fill(twin, new ByteRange(0, twin.identity().sizeBytes()));
            twin.save();
        }
    }

    /** Names below a folder, with what they lead to for links, {@code /} for folders and sizes for files. */
    static TreeMap<String, String> shown(Path folder) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                UnixFacts facts = UnixFacts.of(path);
                String what = facts.isLink()
                        ? "-> " + Files.readSymbolicLink(path)
                        : facts.isFolder() ? "/" : String.valueOf(facts.sizeBytes());
                all.put(folder.relativize(path).toString(), what);
            }
        }
        all.remove("");
        return all;
    }

    static List<String> run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>(process.inputReader().lines().toList());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": " + lines);
        }
        return lines;
    }

    @Override
    public void appears(Twin twin) throws IOException {
        if (!Files.exists(twin.local()) || !UnixFacts.of(twin.local()).id().equals(twin.id())) {
            throw new AssertionError(twin + " is not at " + twin.local());
        }
        if (unguarded.contains(name(twin))) {
            throw new IOException("no marks are left");
        }
        heard.add("+ " + name(twin));
    }

    @Override
    public void completed(Twin twin) {
        heard.add("! " + name(twin));
    }

    @Override
    public void gone(Twin twin) {
        heard.add("- " + name(twin));
    }

    private static String name(Twin twin) {
        return ((MirroredFile) twin).relative().toString();
    }

    @Override
    public void close() throws IOException {
        if (store != null) {
            store.close();
        }
    }
}
