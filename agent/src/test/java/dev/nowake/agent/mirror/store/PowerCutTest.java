package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * It cannot lie: whatever moment the power goes at, what is believed afterwards has the remote's bytes. On real filesystems,
 * which are shut down without having written what they only had in memory.
 */
class PowerCutTest {
    private static final int CUTS = 20;
    private static final int FILES = 4;
    private static final int BLOCK = 16 << 10;
    private static final int MOST_BLOCKS = 96;

    @TempDir
    Path folder;

    private StoreRig rig;
    private int partly;
    /** When the power goes; far off before it is known. */
    private volatile long cutNanos;

    private final Random random = new Random();
    private final AtomicInteger saves = new AtomicInteger();
    /** What a save has returned of, for each file: that much must be there. */
    private final Map<Path, RangeSet> promised = new ConcurrentHashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void whatIsBelievedIsThere(String type) throws Exception {
        Files.createDirectories(folder.resolve("disk"));
        long believedBytes = 0;
        int complete = 0;
        try (LoopDisk disk = LoopDisk.make(type, 320L << 20, folder.resolve("disk"))) {
            rig = new StoreRig(folder);
            for (int i = 0; i < FILES; i++) {
                rig.remoteFile("model-" + i, BLOCK * (1 + random.nextInt(MOST_BLOCKS)) - random.nextInt(BLOCK));
            }
            for (int cut = 0; cut < CUTS; cut++) {
                Store store = rig.open();
                promised.forEach((name, range) -> assertThat(range.minus(
                                store.twin(name).map(MirroredFile::durable).orElse(RangeSet.EMPTY)))
                        .as("what was saved of " + name + " before the cut")
                        .isEqualTo(RangeSet.EMPTY));
                assertThat(store.sync().unreachable()).isNull();
                for (MirroredFile twin : store.twins()) {
                    believedBytes += check(twin);
                    complete += twin.isComplete() ? 1 : 0;
                }
                promised.clear();
                makeRoom(store);
                fillUntilThePowerGoes(disk, List.copyOf(store.twins()));
                store.close();
                disk.restart();
                change();
            }
            disk.unmount();
            assertThat(disk.check()).isEmpty();
        }
        assertThat(saves.get()).as("saves that returned").isPositive();
        assertThat(believedBytes).as("bytes believed after a cut").isPositive();
        assertThat(complete).as("whole files after a cut").isPositive();
        assertThat(partly).as("files that were being filled at a cut").isPositive();
    }

    /** One file is emptied, or replaced by an empty one, and filled again at once. */
    private void makeRoom(Store store) throws IOException {
        List<MirroredFile> twins = List.copyOf(store.twins());
        MirroredFile twin = twins.get(random.nextInt(twins.size()));
        switch (random.nextInt(3)) {
            case 0 -> twin.clear();
            case 1 -> store.evict(twin);
            default -> {
                return;
            }
        }
    }

    /** Returns how much is believed. */
    private long check(MirroredFile twin) throws IOException {
        byte[] there = Files.readAllBytes(twin.local());
        byte[] right = Files.readAllBytes(twin.remote());
        assertThat(there.length).isEqualTo(right.length);
        for (ByteRange range : twin.durable().ranges()) {
            for (long at = range.start(); at < range.end(); at++) {
                if (there[(int) at] != right[(int) at]) {
                    throw new AssertionError(twin + " lies: byte " + at + " of " + range + " of " + twin.durable());
                }
            }
        }
        return twin.durable().bytes();
    }

    /** Some files are not there the next time as they were, so that inodes and blocks are used again. */
    private void change() throws IOException {
        for (int i = random.nextInt(1, FILES); i > 0; i--) {
            String name = "model-" + random.nextInt(FILES);
            Path file = rig.remote.resolve(name);
            Files.delete(file);
            Files.write(file, content(BLOCK * (1 + random.nextInt(MOST_BLOCKS))));
            Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(random.nextInt(1_000_000))));
            promised.remove(Path.of(name));
        }
    }

    private byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return content;
    }

    private void fillUntilThePowerGoes(LoopDisk disk, List<MirroredFile> twins) throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        cutNanos = Long.MAX_VALUE;
        List<Thread> threads = List.of(
                Thread.ofPlatform().start(() -> filler(twins, begun)),
                Thread.ofPlatform().start(() -> saver(twins, begun)),
                Thread.ofPlatform().start(this::neighbour));
        begun.await();
        long end = System.nanoTime() + random.nextInt(60_000_000);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        cutNanos = System.nanoTime();
        disk.cutPower();
        for (Thread thread : threads) {
            thread.join();
        }
        partly += (int) twins.stream()
                .filter(twin -> !twin.isComplete() && twin.writtenBytes() > 0)
                .count();
    }

    /** Until the disk refuses, or there is nothing left that it could. */
    private boolean goesOn() {
        return cutNanos == Long.MAX_VALUE || System.nanoTime() - cutNanos < 30_000_000L;
    }

    private void filler(List<MirroredFile> twins, CountDownLatch begun) {
        Random mine = new Random();
        Map<MirroredFile, byte[]> contents = new HashMap<>();
        try {
            for (MirroredFile twin : twins) {
                contents.put(twin, Files.readAllBytes(twin.remote()));
            }
            begun.countDown();
            while (goesOn()) {
                MirroredFile twin = twins.get(mine.nextInt(twins.size()));
                byte[] content = contents.get(twin);
                List<ByteRange> missing =
                        twin.missing(new ByteRange(0, content.length)).ranges();
                if (missing.isEmpty()) {
                    Thread.onSpinWait();
                    continue;
                }
                ByteRange hole = missing.get(mine.nextInt(missing.size()));
                int start = (int) hole.start() + (mine.nextBoolean() ? 0 : mine.nextInt((int) hole.lengthBytes()));
                int end = (int) Math.min(hole.end(), start + 1 + mine.nextInt(4 * BLOCK));
                try (FileChannel to = FileChannel.open(twin.local(), StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(content, start, end - start);
                    for (long at = start; bytes.hasRemaining(); ) {
                        at += to.write(bytes, at);
                    }
                }
                twin.written(new ByteRange(start, end));
                if (mine.nextInt(400) == 0) {
                    Thread.sleep(1);
                }
            }
        } catch (IOException thePowerIsGone) {
            return;
        } catch (InterruptedException never) {
            throw new AssertionError(never);
        }
    }

    /** Has the journal written all the time, whatever it holds of our files by then. */
    private void neighbour() {
        try (FileChannel other =
                FileChannel.open(folder.resolve("disk/other"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; goesOn(); at = (at + 1) % BLOCK) {
                other.write(ByteBuffer.wrap(new byte[1]), at);
                Files.setLastModifiedTime(folder.resolve("disk/other"), FileTime.fromMillis(at));
                other.force(true);
            }
        } catch (IOException thePowerIsGone) {
            return;
        }
    }

    private void saver(List<MirroredFile> twins, CountDownLatch begun) {
        Random mine = new Random();
        begun.countDown();
        try {
            while (goesOn()) {
                MirroredFile twin = twins.get(mine.nextInt(twins.size()));
                twin.save();
                RangeSet durable = twin.durable();
                // fsync(2) may return although the filesystem ended meanwhile: without power no promise
                if (cutNanos == Long.MAX_VALUE && !durable.equals(promised.put(twin.relative(), durable))) {
                    saves.incrementAndGet();
                }
            }
        } catch (IOException thePowerIsGone) {
            return;
        }
    }
}
