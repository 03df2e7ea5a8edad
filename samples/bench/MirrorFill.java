import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillParts;
import dev.nowake.agent.mirror.fill.FillSettings;
import dev.nowake.agent.mirror.fill.Filler;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fills cold copies of all files of REMOTE in LOCAL, and prints "GB/s written, GB/s durable, CPU seconds of this process":
 * MirrorFill REMOTE LOCAL STREAMS PIECE_MIB direct|cached save|nosave need|expect
 */
public final class MirrorFill {
    public static void main(String[] words) throws Exception {
        Path remote = Path.of(words[0]);
        Path local = Path.of(words[1]);
        FillSettings settings = FillSettings.of("bench")
                .withStreams(Integer.parseInt(words[2]))
                .withPieceBytes(Integer.parseInt(words[3]) << 20);
        if (words[4].equals("cached")) {
            settings = settings.throughPageCache();
        }
        boolean saves = words[5].equals("save");
        if (!saves) {
            settings = settings.withSaves(1L << 50, Duration.ofHours(1));
        }
        List<MemoryTwin> twins = new ArrayList<>();
        try (Stream<Path> files = Files.list(remote)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                twins.add(MemoryTwin.of(file, local.resolve(file.getFileName())));
            }
        }
        long bytes = twins.stream().mapToLong(twin -> twin.identity().sizeBytes()).sum();
        FillParts parts = FillParts.of(LinuxKernel.open(Binding.AUTO), room -> true, news -> {
            if (!news.line().endsWith("is complete")) {
                System.err.println(news.line());
            }
        });
        long start = System.nanoTime();
        double writtenSeconds;
        try (Filler filler = new Filler(settings, parts)) {
            for (MemoryTwin twin : twins) {
                if (words[6].equals("expect")) {
                    filler.expect(twin, twin.all());
                }
            }
            for (MemoryTwin twin : twins) {
                filler.need(twin, twin.all()).get();
            }
            writtenSeconds = (System.nanoTime() - start) / 1e9;
            for (MemoryTwin twin : twins) {
                while (saves && !twin.isComplete()) {
                    Thread.sleep(1);
                }
                twin.save();
            }
        }
        double durableSeconds = (System.nanoTime() - start) / 1e9;
        double cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
        System.out.printf("%.3f %.3f %.2f%n", bytes / 1e9 / writtenSeconds, bytes / 1e9 / durableSeconds, cpu);
    }

    /** A twin that remembers only while it lives. */
    private record MemoryTwin(FileId id, Path local, Path remote, Identity identity, RangeSet[] sets) implements Twin {
        static MemoryTwin of(Path remote, Path local) throws IOException {
            Identity identity = new Identity(
                    Files.size(remote), Files.getLastModifiedTime(remote).to(TimeUnit.NANOSECONDS), null);
            Files.deleteIfExists(local);
            try (FileChannel channel =
                    FileChannel.open(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), identity.sizeBytes() - 1);
            }
            FileId id = new FileId(
                    (long) Files.getAttribute(local, "unix:dev"), (long) Files.getAttribute(local, "unix:ino"));
            return new MemoryTwin(id, local, remote, identity, new RangeSet[] {RangeSet.EMPTY, RangeSet.EMPTY});
        }

        ByteRange all() {
            return new ByteRange(0, identity.sizeBytes());
        }

        @Override
        public RangeSet missing(ByteRange range) {
            synchronized (sets) {
                return RangeSet.between(range.start(), Math.min(range.end(), identity.sizeBytes()))
                        .minus(sets[0].within(range.start(), range.end()));
            }
        }

        @Override
        public boolean isWritten() {
            return missing(all()).isEmpty();
        }

        @Override
        public boolean isComplete() {
            synchronized (sets) {
                return sets[1].bytes() == identity.sizeBytes();
            }
        }

        @Override
        public void written(ByteRange range) {
            synchronized (sets) {
                sets[0] = sets[0].union(RangeSet.of(range));
            }
        }

        @Override
        public void save() throws IOException {
            RangeSet before;
            synchronized (sets) {
                before = sets[0];
            }
            try (FileChannel channel = FileChannel.open(local, StandardOpenOption.WRITE)) {
                channel.force(false);
            }
            synchronized (sets) {
                sets[1] = before;
            }
        }

        @Override
        public void clear() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void outdated() {
            throw new IllegalStateException(remote + " changed");
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
