package dev.nowake.agent.mirror.fill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that read on, each from where it was. */
final class CourseTest {
    private static final int PIECE = 4 << 20;
    private static final int SEGMENT = Course.SEGMENT_BYTES / PIECE;

    private final PieceBook book =
            new PieceBook(FillSettings.of("paper").withPieceBytes(PIECE), new Backoff(new SplittableRandom(1)));
    private final PaperTwin twin = new PaperTwin("a", 200L * PIECE);
    private final FileFill file = book.file(twin, 0);

    private Course[] streams(int count) {
        file.isForCourses = true;
        file.ends = new OpenEnds(null, null, true);
        Course[] courses = new Course[count];
        Arrays.setAll(courses, i -> new Course());
        return courses;
    }

    private Fetch take(Course course) {
        return book.next(course, 0);
    }

    private void come(Fetch fetch) {
        twin.written(fetch.range());
        book.done(fetch, new ArrayList<>());
    }

    private void need(long first, long end) {
        ByteRange range = new ByteRange(first * PIECE, end * PIECE);
        book.need(file, range, twin.missing(range), 0, new CompletableFuture<>(), 0);
    }

    /** In whichever order they come to it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 16})
    void jumpsAreFew(int count) {
        Course[] streams = streams(count);
        book.expect(file, RangeSet.of(twin.all()));
        SplittableRandom random = new SplittableRandom(count);
        Fetch[] underWay = new Fetch[count];
        int[] last = new int[count];
        Arrays.fill(last, -2);
        int jumps = 0;
        int came = 0;
        while (came < 200) {
            int stream = random.nextInt(count);
            if (underWay[stream] != null) {
                come(underWay[stream]);
                came++;
            }
            underWay[stream] = take(streams[stream]);
            if (underWay[stream] != null) {
                jumps += underWay[stream].piece() == last[stream] + 1 ? 0 : 1;
                last[stream] = underWay[stream].piece();
            }
        }
        assertThat(twin.isWritten()).isTrue();
        assertThat(jumps).isLessThanOrEqualTo(200 / SEGMENT + 1 + 5 * count);
    }

    @Test
    void readersOfTheSameSegmentShareIt() {
        Course[] streams = streams(3);
        need(0, SEGMENT);
        assertThat(take(streams[0]).piece()).isZero();
        assertThat(take(streams[1]).piece())
                .as("half of what the first has before it")
                .isEqualTo(SEGMENT / 2 + 1);
        assertThat(take(streams[2]).piece()).isEqualTo(SEGMENT / 4 + 1);
    }

    @Test
    void aReaderGetsWhatItWaitsForThoughItLiesOnSomebodysWay() {
        Course[] streams = streams(2);
        book.expect(file, RangeSet.of(twin.all()));
        assertThat(take(streams[0]).piece()).isZero();
        need(5, 6);
        assertThat(take(streams[1]).piece()).isEqualTo(5);
        assertThat(take(streams[1]).piece()).as("and reads on").isEqualTo(6);
        assertThat(take(streams[0]).piece()).isEqualTo(1);
    }

    @Test
    void aStreamThatWaitsGoesOnItself() {
        Course[] streams = streams(2);
        need(0, 1);
        come(take(streams[0]));
        streams[0].waits(true);
        need(1, 2);
        assertThat(take(streams[1])).isNull();
        streams[0].waits(false);
        assertThat(take(streams[0]).piece()).isEqualTo(1);
        streams[0].leave();
        need(2, 3);
        assertThat(take(streams[1]).piece()).isEqualTo(2);
        assertThat(List.of(streams)).hasSize(2);
    }
}
