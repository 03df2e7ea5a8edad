package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.KernelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link EventGroup} promises of waiting for events, and of ending that. */
public abstract class EventWaitContract {
    protected KernelUnderTest world;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    protected EventGroup group(Naming naming) throws Exception {
        return world.kernel().fileEvents().open(naming);
    }

    @Test
    void aTimeoutDeliversNothing() throws Exception {
        try (EventGroup group = group(Naming.DESCRIPTOR)) {
            assertThat(group.read(0, event -> {})).isZero();
            long start = System.nanoTime();
            assertThat(group.read(60, event -> {})).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(59));
        }
    }

    @Test
    void wakeEndsTheWaitAndOnlyThatOne() throws Exception {
        try (EventGroup group = group(Naming.DESCRIPTOR)) {
            CompletableFuture<Integer> reader = readInBackground(group);
            group.wake();
            assertThat(reader.get(Seen.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isZero();
            assertThat(group.read(20, event -> {})).isZero();
        }
    }

    @Test
    void closeEndsTheWaitToo() throws Exception {
        EventGroup group = group(Naming.DESCRIPTOR);
        CompletableFuture<Integer> reader = readInBackground(group);
        group.close();
        group.close();
        group.wake();
        assertThat(reader.handle((events, refused) -> refused == null ? events : 0)
                        .get(Seen.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isZero();
        FileAccessContract.assertFails(Errno.EBADF, () -> group.read(0, event -> {}));
        FileAccessContract.assertFails(Errno.EBADF, () -> group.mark(Scope.DIRECTORY, world.folder(), FileEvent.OPEN));
    }

    private static CompletableFuture<Integer> readInBackground(EventGroup group) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return group.read(-1, event -> {});
            } catch (KernelException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
