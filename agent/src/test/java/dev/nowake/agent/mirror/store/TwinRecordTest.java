package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TwinRecordTest {
    private static final Identity MODEL = new Identity(5_000_000_000L, 1_700_000_000_123_456_789L, null);

    @Test
    void whatIsCompleteIsShort() {
        TwinRecord record = new TwinRecord(12, MODEL, 7, RangeSet.between(0, MODEL.sizeBytes()));
        byte[] bytes = record.encode(TwinRecord.FEW_BYTES);
        assertThat(bytes.length).isLessThan(100);
        assertThat(TwinRecord.decode(bytes)).isEqualTo(record);
        assertThat(record.isComplete()).isTrue();
    }

    /** As a loader that reads every second block of 1 MiB of a shard leaves it. */
    @Test
    void thousandsOfBlocksHaveRoom() {
        List<ByteRange> blocks = new ArrayList<>();
        for (long at = 0; at + 2 <= 2_500; at += 2) {
            blocks.add(ByteRange.ofLength(at << 20, 1 << 20));
        }
        TwinRecord record = new TwinRecord(12, new Identity(2_500L << 20, 1, "etag"), 7, RangeSet.ofAll(blocks));
        byte[] bytes = record.encode(TwinRecord.MOST_BYTES);
        assertThat(bytes.length).isLessThanOrEqualTo(TwinRecord.MOST_BYTES);
        assertThat(TwinRecord.decode(bytes)).isEqualTo(record);
    }

    @Test
    void aLongTagIsToldByItsDigest() {
        assertThat(TwinRecord.etag(null)).isNull();
        assertThat(TwinRecord.etag("\"abc\"")).isEqualTo("\"abc\"");
        String tag = TwinRecord.etag("x".repeat(5_000));
        assertThat(tag).hasSizeLessThan(100).isNotEqualTo(TwinRecord.etag("x".repeat(5_001)));
    }

    @Property
    void whatIsWrittenIsReadAgain(@ForAll("records") TwinRecord record) {
        assertThat(TwinRecord.decode(record.encode(100_000))).isEqualTo(record);
    }

    @Property
    void withLittleRoomItNeverSaysMore(
            @ForAll("records") TwinRecord record, @ForAll @IntRange(min = 600, max = 900) int room) {
        byte[] bytes = record.encode(room);
        assertThat(bytes.length).isLessThanOrEqualTo(room);
        TwinRecord read = TwinRecord.decode(bytes);
        assertThat(read.identity()).isEqualTo(record.identity());
        assertThat(read.durable().minus(record.durable())).isEqualTo(RangeSet.EMPTY);
        assertThat(read.isComplete()).isEqualTo(record.isComplete());
    }

    @Property
    void cutAnywhereItIsNotBelieved(@ForAll("records") TwinRecord record) {
        byte[] bytes = record.encode(TwinRecord.MOST_BYTES);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(TwinRecord.decode(Arrays.copyOf(bytes, length))).isNull();
        }
        assertThat(TwinRecord.decode(Arrays.copyOf(bytes, bytes.length + 1))).isNull();
    }

    @Property
    void withAnyBitTurnedItIsNotBelieved(@ForAll("records") TwinRecord record, @ForAll Random random) {
        byte[] bytes = record.encode(TwinRecord.MOST_BYTES);
        for (int i = 0; i < 50; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(TwinRecord.decode(damaged)).isNull();
        }
    }

    @Property
    void junkIsNotBelieved(@ForAll byte[] junk) {
        assertThat(TwinRecord.decode(junk)).isNull();
    }

    @Test
    void nothingIsNotBelieved() {
        assertThat(TwinRecord.decode(null)).isNull();
        assertThat(TwinRecord.decode(new byte[0])).isNull();
        assertThat(TwinRecord.decode(new byte[200])).isNull();
    }

    @Provide
    Arbitrary<TwinRecord> records() {
        Arbitrary<String> etags = Arbitraries.strings().ofMaxLength(100).injectNull(0.3);
        return Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.longs().between(1, 1L << 45),
                        Arbitraries.longs(),
                        etags,
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.randomValue(Random::nextLong))
                .as((inode, size, mtime, etag, local, count, seed) -> new TwinRecord(
                        inode, new Identity(size, mtime, wellFormed(etag)), local, ranges(size, count, seed)));
    }

    /** Tags come from bytes: half a surrogate pair is no text. */
    private static String wellFormed(String text) {
        return text == null ? null : text.replaceAll("[\\ud800-\\udfff]", "?");
    }

    private static RangeSet ranges(long size, int count, long seed) {
        Random random = new Random(seed);
        List<ByteRange> ranges = new ArrayList<>();
        long unit = 1L << random.nextInt(22);
        for (int i = 0; i < count; i++) {
            long start = random.nextLong(size) / unit * unit;
            long end = Math.min(size, start + (1 + random.nextLong(20)) * unit);
            if (end > start) {
                ranges.add(new ByteRange(start, end));
            }
        }
        return random.nextInt(10) == 0 ? RangeSet.between(0, size) : RangeSet.ofAll(ranges);
    }
}
