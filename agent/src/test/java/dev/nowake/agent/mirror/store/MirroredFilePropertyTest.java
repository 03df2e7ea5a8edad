package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Whatever is written, saved, cleared, failed and lost: what is believed is there. */
class MirroredFilePropertyTest {
    private static final FileId ID = new FileId(1, 12);

    private final AtomicInteger completed = new AtomicInteger();

    private MirroredFile twin(PowerlessDisk disk, int size, RangeSet durable) {
        TwinRecord record = new TwinRecord(12, new Identity(size, 5, null), 5, durable);
        MirroredFile.Place place =
                new MirroredFile.Place(Path.of("/tree"), null, Path.of("model.bin"), Path.of("/remote"));
        return new MirroredFile(ID, place, record, twin -> disk, twin -> completed.incrementAndGet());
    }

    private MirroredFile afterPowerLoss(PowerlessDisk disk, int size) {
        TwinRecord record = TwinRecord.decode(disk.losePower());
        RangeSet believed = record == null ? RangeSet.EMPTY : record.durable();
        assertThat(believed.minus(disk.right())).as("believed and not there").isEqualTo(RangeSet.EMPTY);
        return twin(disk, size, believed);
    }

    @Property(tries = 1500)
    void whatIsBelievedIsThere(@ForAll Random random, @ForAll @IntRange(min = 1, max = 60) int size) {
        PowerlessDisk disk = new PowerlessDisk(size, random);
        MirroredFile twin = twin(disk, size, RangeSet.EMPTY);
        for (int step = 0; step < 40; step++) {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> {
                    ByteRange range = range(random, size);
                    disk.write(range);
                    twin.written(range);
                }
                case 4 -> save(disk, twin, random);
                case 5 -> {
                    if (random.nextInt(4) == 0) {
                        clear(disk, twin, random);
                    }
                }
                case 6 -> {
                    RangeSet durable = twin.durable();
                    twin = afterPowerLoss(disk, size);
                    assertThat(durable.minus(twin.durable()))
                            .as("was durable before the power went")
                            .isEqualTo(RangeSet.EMPTY);
                }
                default ->
                    assertThat(twin.missing(new ByteRange(0, size)))
                            .isEqualTo(RangeSet.between(0, size).minus(written(twin, size)));
            }
            assertThat(written(twin, size).minus(disk.right()))
                    .as("readers are let through to it")
                    .isEqualTo(RangeSet.EMPTY);
            assertThat(twin.isComplete()).isEqualTo(twin.durable().equals(RangeSet.between(0, size)));
        }
        afterPowerLoss(disk, size);
    }

    private static RangeSet written(MirroredFile twin, int size) {
        return RangeSet.between(0, size).minus(twin.missing(new ByteRange(0, size)));
    }

    /** At times the disk fails midway, at times the filler writes on while it is saved. */
    private void save(PowerlessDisk disk, MirroredFile twin, Random random) {
        RangeSet before = written(twin, (int) twin.identity().sizeBytes());
        boolean fails = random.nextInt(4) == 0;
        if (fails) {
            disk.failAfter(random.nextInt(6));
        }
        disk.between = () -> {
            if (random.nextInt(3) == 0) {
                ByteRange range = range(random, (int) twin.identity().sizeBytes());
                disk.write(range);
                twin.written(range);
            }
        };
        try {
            twin.save();
            assertThat(before.minus(twin.durable()))
                    .as("written before the save, durable after it")
                    .isEqualTo(RangeSet.EMPTY);
        } catch (IOException failed) {
            assertThat(fails).isTrue();
        } finally {
            disk.between = () -> {};
            disk.failAfter(Integer.MAX_VALUE);
        }
    }

    private void clear(PowerlessDisk disk, MirroredFile twin, Random random) {
        boolean fails = random.nextInt(3) == 0;
        if (fails) {
            disk.failAfter(random.nextInt(5));
        }
        try {
            twin.clear();
            assertThat(twin.durable()).isEqualTo(RangeSet.EMPTY);
            assertThat(disk.right()).isEqualTo(RangeSet.EMPTY);
        } catch (IOException failed) {
            assertThat(fails).isTrue();
        } finally {
            disk.failAfter(Integer.MAX_VALUE);
        }
    }

    private static ByteRange range(Random random, int size) {
        int start = random.nextInt(size);
        return new ByteRange(start, start + 1 + random.nextInt(size - start));
    }

    @Test
    void completionIsToldOnce() throws Exception {
        PowerlessDisk disk = new PowerlessDisk(10, new Random(1));
        MirroredFile twin = twin(disk, 10, RangeSet.EMPTY);
        twin.written(new ByteRange(0, 6));
        twin.save();
        assertThat(completed).hasValue(0);
        twin.written(new ByteRange(6, 100)); // cut at the end of the file
        assertThat(twin.isWritten()).isTrue();
        assertThat(twin.isComplete()).isFalse();
        twin.save();
        twin.save();
        twin.written(new ByteRange(2, 3));
        twin.save();
        assertThat(twin.isComplete()).isTrue();
        assertThat(completed).hasValue(1);
        twin.clear();
        twin.written(new ByteRange(0, 10));
        twin.save();
        assertThat(completed).hasValue(2);
    }

    /** fsync(2) may tell of an error once and call the pages clean: only what was promised before may be believed. */
    @Test
    void whatTheDiskRefusedIsMissingAgain() throws Exception {
        PowerlessDisk disk = new PowerlessDisk(10, new Random(1));
        MirroredFile twin = twin(disk, 10, RangeSet.EMPTY);
        twin.written(new ByteRange(0, 4));
        twin.save();
        twin.written(new ByteRange(4, 8));
        disk.failAfter(1);
        assertThatThrownBy(twin::save).hasMessage("the disk has no power");
        assertThat(twin.missing(new ByteRange(0, 10))).isEqualTo(RangeSet.between(4, 10));
        assertThat(twin.durable()).isEqualTo(RangeSet.between(0, 4));
    }

    @Test
    void anOutdatedOneIsLeftAlone() throws Exception {
        PowerlessDisk disk = new PowerlessDisk(10, new Random(1));
        MirroredFile twin = twin(disk, 10, RangeSet.EMPTY);
        twin.written(new ByteRange(0, 10));
        twin.outdated();
        disk.failAfter(0);
        twin.save();
        twin.clear();
        assertThat(twin.isOutdated()).isTrue();
        assertThat(twin.isComplete()).isFalse();
        assertThat(twin.isWritten()).as("its readers go on").isTrue();
        assertThat(disk.record()).isNull();
    }

    @Test
    void anEmptyFileIsComplete() throws Exception {
        MirroredFile twin = twin(new PowerlessDisk(0, new Random(1)), 0, RangeSet.EMPTY);
        assertThat(twin.isComplete()).isTrue();
        assertThat(twin.isWritten()).isTrue();
        assertThat(twin.missing(new ByteRange(0, 10))).isEqualTo(RangeSet.EMPTY);
        twin.save();
        twin.clear();
        assertThat(completed).hasValue(0);
    }
}
