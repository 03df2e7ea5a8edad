package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.PIECE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When what was written is made durable, and what happens where it cannot be. */
final class SaverTest {
    private FillRig rig;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @Test
    void afterSoManyBytesAfterSomeTimeAndWhenItIsWhole() throws Exception {
        rig.settings = rig.settings.withSaves(4 * PIECE, Duration.ofMillis(300));
        rig.start();
        FakeTwin twin = rig.twin("a", 20 * PIECE);
        FillRig.get(rig.filler.need(twin, new ByteRange(0, PIECE)));
        assertThat(twin.saves).hasValue(0);
        rig.soon(() -> assertThat(twin.durable().bytes()).isEqualTo(PIECE));
        FillRig.get(rig.filler.need(twin, new ByteRange(0, 6 * PIECE)));
        rig.soon(() -> assertThat(twin.durable().bytes()).isEqualTo(6 * PIECE));
        rig.settings = rig.settings.withSaves(1 << 30, Duration.ofHours(1));
        rig.filler.close();
        rig.start();
        rig.fill(twin);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
    }

    @Test
    void streamsGoOnMeanwhile() throws Exception {
        CountDownLatch saved = new CountDownLatch(1);
        rig.settings = rig.settings.withSaves(PIECE, Duration.ofMillis(1));
        rig.start();
        FakeTwin twin = rig.twin("a", 20 * PIECE);
        twin.save = () -> await(saved);
        rig.fill(twin);
        assertThat(twin.saves).hasValue(0);
        saved.countDown();
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException nobodyDoes) {
            throw new AssertionError(nobodyDoes);
        }
    }

    @Test
    void aDiskThatFailsIsNotWrittenAnyMore() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", 3 * PIECE);
        twin.save = () -> {
            throw new KernelException("fdatasync", Errno.EIO);
        };
        FillRig.get(rig.filler.need(twin, new ByteRange(0, PIECE)));
        rig.soon(() -> assertThat(rig.filler.figures().isBroken()).isTrue());
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "nothing is written to this mirror any more");
        FillRig.get(rig.filler.need(twin, new ByteRange(0, PIECE)));
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.BROKEN)).isEqualTo(1));
        twin.save = () -> {};
        rig.filler.close();
        assertThat(twin.saves)
                .as("what the kernel gave up is not called durable")
                .hasValue(0);
    }

    @Test
    void aRecordThatFoundNoRoomIsWrittenWhenThereIsSome() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        rig.room = bytes -> true;
        rig.start();
        FakeTwin twin = rig.twin("a", 3 * PIECE);
        twin.save = () -> {
            if (tries.getAndIncrement() == 0) {
                throw new KernelException("write", Errno.ENOSPC);
            }
        };
        rig.fill(twin);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.filler.figures().isBroken()).isFalse();
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.UNSAVED)).isEqualTo(1));
    }
}
