package dev.nowake.agent.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SegmentTest {
    /** Counts the segments it has. */
    private static final class Counted extends FileUnderWay {
        Counted() {
            super(null, null);
        }

        @Override
        RangeSet missing() {
            return RangeSet.EMPTY;
        }

        @Override
        RangeSet unchecked() {
            return RangeSet.EMPTY;
        }

        @Override
        DataChannel target() {
            return null;
        }

        @Override
        void discard() {}

        @Override
        public void close() {}
    }

    /** Streams work off a segment and take halves of each other's, in any order: each byte is one stream's, once. */
    @Property(tries = 300)
    void halvesAndPiecesMakeUpTheWhole(
            @ForAll @LongRange(min = 0, max = 50L << 20) long start,
            @ForAll @LongRange(min = 1, max = 100L << 20) long length,
            @ForAll @Size(min = 1, max = 200) List<Integer> turns) {
        List<Segment> segments = new ArrayList<>();
        List<ByteRange> pieces = new ArrayList<>();
        FileUnderWay file = new Counted();
        file.segmentBegins();
        segments.add(new Segment(file, Segment.Task.COPY, new ByteRange(start, start + length)));
        for (int turn : turns) {
            Segment segment = segments.get(Math.floorMod(turn / 2, segments.size()));
            if (turn % 2 == 0) {
                Segment half = segment.half();
                if (half != null) {
                    assertThat(half.leftBytes()).isPositive();
                    segments.add(half);
                }
            } else {
                ByteRange piece = segment.nextPiece();
                if (piece != null) {
                    pieces.add(piece);
                }
            }
        }
        for (Segment segment : segments) {
            for (ByteRange piece = segment.nextPiece(); piece != null; piece = segment.nextPiece()) {
                pieces.add(piece);
            }
            assertThat(segment.leave()).isTrue();
        }
        assertThat(pieces).allSatisfy(piece -> {
            assertThat(piece.lengthBytes()).isBetween(1L, (long) Pieces.PIECE_BYTES);
            assertThat(piece.start() / Pieces.PIECE_BYTES).isEqualTo((piece.end() - 1) / Pieces.PIECE_BYTES);
        });
        assertThat(pieces.stream().mapToLong(ByteRange::lengthBytes).sum()).isEqualTo(length);
        assertThat(RangeSet.ofAll(pieces).ranges()).containsExactly(new ByteRange(start, start + length));
        file.handedOut();
        for (int ended = 1; ended <= segments.size(); ended++) {
            assertThat(file.segmentEnds(true, null)).isEqualTo(ended == segments.size());
        }
    }

    @Test
    void nobodyTakesHalfOfOneThatIsLeft() {
        FileUnderWay file = new Counted();
        Segment segment = new Segment(file, Segment.Task.COPY, new ByteRange(0, 10L * Pieces.PIECE_BYTES));
        assertThat(segment.nextPiece()).isNotNull();
        assertThat(segment.leave()).isFalse();
        assertThat(segment.half()).isNull();
        assertThat(segment.nextPiece()).isNull();
        assertThat(segment.leftBytes()).isZero();
    }

    @Test
    void aPieceIsNotWorthHalving() {
        Segment segment = new Segment(new Counted(), Segment.Task.CHECK, new ByteRange(0, Pieces.PIECE_BYTES));
        assertThat(segment.half()).isNull();
        assertThat(segment.leftBytes()).isEqualTo(Pieces.PIECE_BYTES);
    }
}
