package dev.nowake.agent.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a lone reader has read of files it closed between two looks. */
class ClosedFilesTest {
    private static final long MIB = 1L << 20;
    private static final FileId A = new FileId(1, 1);
    private static final FileId B = new FileId(1, 2);

    private final ClosedFiles files = new ClosedFiles();

    private Map<FileId, Long> look(Map<FileId, Long> open, Map<FileId, Long> closed, long readMib) {
        return files.look(open, closed, readMib * MIB, readMib * MIB);
    }

    @Test
    void theRestOfAClosedFileIsWhatTheProcessHasRead() {
        assertThat(look(Map.of(A, 10 * MIB), Map.of(), 10)).isEmpty();
        assertThat(look(Map.of(B, 20 * MIB), Map.of(A, 100 * MIB), 120)).containsExactly(Map.entry(A, 10 * MIB));
        assertThat(look(Map.of(), Map.of(A, 100 * MIB, B, 50 * MIB), 150)).containsExactly(Map.entry(B, 20 * MIB));
    }

    @Test
    void whatIsNotEnoughForAllSaysNothingOfAny() {
        look(Map.of(A, 10 * MIB), Map.of(), 10);
        assertThat(look(Map.of(), Map.of(A, 20 * MIB, B, 50 * MIB), 60)).isEmpty();
        assertThat(look(Map.of(), Map.of(A, 20 * MIB, B, 50 * MIB), 900))
                .as("too late")
                .isEmpty();
    }

    @Test
    void nothingIsKnownWithoutCountsOrOfOneThatWentBackOrStandsStill() {
        assertThat(look(Map.of(), Map.of(A, 10 * MIB), 100))
                .as("the first look")
                .isEmpty();
        look(Map.of(A, 8 * MIB), Map.of(), 100);
        assertThat(look(Map.of(A, 8 * MIB), Map.of(B, 5 * MIB), 200))
                .as("still")
                .isEmpty();
        assertThat(look(Map.of(A, 7 * MIB), Map.of(), 300)).isEmpty();
        assertThat(files.look(Map.of(), Map.of(A, 10 * MIB), -1, -1)).isEmpty();
        assertThat(look(Map.of(), Map.of(), 400)).isEmpty();
        files.lost();
        assertThat(look(Map.of(), Map.of(new FileId(1, 3), 1L), 500)).isEmpty();
    }

    /** One who reads nothing else, some files whole and some not, looked at whenever: only what was read whole is told so. */
    @Property(tries = 2000)
    void nothingIsToldOfAFileThatWasNotReadToItsEnd(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count, @ForAll @IntRange(max = 3) int early) {
        Random random = new Random(seed);
        long size = 64 * MIB;
        ClosedFiles closedFiles = new ClosedFiles();
        Map<FileId, Long> closed = new HashMap<>();
        Map<FileId, Long> ended = new HashMap<>();
        List<FileId> told = new ArrayList<>();
        long read = random.nextLong(1000 * MIB);
        for (int i = 0; i < count; i++) {
            FileId id = new FileId(1, i);
            boolean whole = random.nextInt(4) >= early;
            long until = whole ? size : random.nextLong(size - 2 * MIB);
            long at = 0;
            while (at < until) {
                long step = Math.min(until - at, 1 + random.nextLong(40 * MIB));
                at += step;
                read += step;
                if (random.nextBoolean()) {
                    told.addAll(
                            closedFiles.look(Map.of(id, at), closed, read, read).keySet());
                }
            }
            ended.put(id, until);
            closed.put(id, size);
        }
        told.addAll(closedFiles.look(Map.of(), closed, read, read).keySet());
        assertThat(told).doesNotHaveDuplicates().allMatch(id -> ended.get(id) == size);
    }

    /** Looked at once before the first was closed, all that is read whole is told. */
    @Property
    void allThatIsReadWholeIsTold(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count) {
        Random random = new Random(seed);
        ClosedFiles closedFiles = new ClosedFiles();
        Map<FileId, Long> closed = new HashMap<>();
        List<FileId> told = new ArrayList<>();
        long read = 0;
        for (int i = 0; i < count; i++) {
            FileId id = new FileId(1, i);
            long size = 2 + random.nextLong(64 * MIB);
            long seen = 1 + random.nextLong(size - 1);
            if (i == 0 || random.nextBoolean()) {
                told.addAll(closedFiles
                        .look(Map.of(id, seen), closed, read + seen, read + seen)
                        .keySet());
            }
            read += size;
            closed.put(id, size);
        }
        told.addAll(closedFiles.look(Map.of(), closed, read, read).keySet());
        assertThat(told).containsExactlyInAnyOrderElementsOf(closed.keySet());
    }
}
