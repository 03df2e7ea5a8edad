package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is thrown in a stream's thread costs a chunk or its own job, never the thread's other work. */
@Timeout(20)
class BrokenStreamTest {
    private static final long MIB = 1L << 20;

    private final FakeKernel kernel = new FakeKernel();
    private final Prefetcher prefetcher = new Prefetcher(kernel, 64);

    @AfterEach
    void close() {
        prefetcher.close();
        assertThat(kernel.openDescriptors()).isZero();
    }

    private PrefetchOutcome whole(Mechanism mechanism, ByteBudget budget, PrefetchListener listener, Path path)
            throws Exception {
        MountTraits traits = new MountTraits(1, "ext4", 8 * MIB, false, mechanism, 1, 8 * MIB);
        try (OpenFile file = kernel.files().open(path)) {
            PrefetchJob job = prefetcher.start(traits, budget, listener);
            job.add(file, PrefetcherPropertyTest.id(kernel, file), RangeSet.between(0, Long.MAX_VALUE));
            job.finish();
            return job.completion().get(10, SECONDS);
        }
    }

    private void throwOnce(String call, Error broken) {
        AtomicInteger calls = new AtomicInteger();
        kernel.script().before(call, at -> {
            if (calls.incrementAndGet() == 2) {
                throw broken;
            }
        });
    }

    @Test
    void anErrorInACallCostsItsChunkAndIsCounted() throws Exception {
        Path path = kernel.addFile("/m/a", 32 * MIB);
        throwOnce("sendfile", new OutOfMemoryError("of a test"));
        AtomicInteger failed = new AtomicInteger();
        InFlightBudget budget = new InFlightBudget(8 * MIB);
        PrefetchOutcome outcome = whole(
                Mechanism.SENDFILE,
                budget,
                new PrefetchListener() {
                    @Override
                    public void chunkFailed(FileId file, ByteRange range, Errno errno) {
                        failed.incrementAndGet();
                    }
                },
                path);
        assertThat(failed).hasValue(1);
        assertThat(outcome.errors()).containsOnlyKeys(Errno.ENOMEM);
        assertThat(outcome.cancelled()).isFalse();
        assertThat(outcome.landedBytes()).isBetween(16 * MIB, 32 * MIB - 1);
        assertThat(budget.tryAcquire(8 * MIB, Placement.ANYWHERE))
                .as("all room given back")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void anErrorInAnyCallLosesNoJob(Mechanism mechanism) throws Exception {
        Path path = kernel.addFile("/m/a", 32 * MIB);
        kernel.script().before("*", at -> {
            if (at.offsetBytes() >= 16 * MIB && !at.name().equals("close")) {
                throw new LinkageError("of a test");
            }
        });
        InFlightBudget budget = new InFlightBudget(8 * MIB);
        PrefetchOutcome outcome = whole(mechanism, budget, PrefetchListener.NONE, path);
        assertThat(outcome.errors()).containsOnlyKeys(Errno.EIO);
        assertThat(budget.tryAcquire(8 * MIB, Placement.ANYWHERE))
                .as("all room given back")
                .isTrue();
    }

    @Test
    void aBudgetThatBreaksEndsItsJobAndNoOther() throws Exception {
        ByteBudget broken = new ByteBudget() {
            @Override
            public boolean tryAcquire(long bytes, Placement placement) {
                throw new AssertionError("broken budget of a test");
            }

            @Override
            public void settle(long acquiredBytes, long landedBytes, Placement placement) {
                throw new AssertionError("nothing was acquired");
            }

            @Override
            public void awaitRoom(long bytes, Placement placement, long nanos) {}
        };
        PrefetchOutcome outcome =
                whole(Mechanism.SENDFILE, broken, PrefetchListener.NONE, kernel.addFile("/m/a", 32 * MIB));
        assertThat(outcome.cancelled()).isTrue();
        PrefetchOutcome other = whole(
                Mechanism.SENDFILE,
                new InFlightBudget(8 * MIB),
                PrefetchListener.NONE,
                kernel.addFile("/m/b", 32 * MIB));
        assertThat(other.landedBytes()).isEqualTo(32 * MIB);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aListenerThatThrowsChangesNothing(boolean error) throws Exception {
        PrefetchListener broken = new PrefetchListener() {
            @Override
            public void chunkDone(FileId file, ByteRange range, long landed) {
                if (error) {
                    throw new AssertionError("broken listener of a test");
                }
                throw new IllegalStateException("broken listener of a test");
            }
        };
        PrefetchOutcome outcome =
                whole(Mechanism.SENDFILE, new InFlightBudget(8 * MIB), broken, kernel.addFile("/m/a", 32 * MIB));
        assertThat(outcome.landedBytes()).isEqualTo(32 * MIB);
        assertThat(outcome.errors()).isEmpty();
    }
}
