package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Leases;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Leases} promises. */
public abstract class LeasesContract {
    private static final long SIZE_BYTES = 1 << 20;

    protected KernelUnderTest world;
    protected Leases leases;
    private Path path;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        leases = world.kernel().leases();
        path = world.file("leased", SIZE_BYTES);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void aFileOnlyWeHaveOpenIsNotHeld() throws Exception {
        try (OpenFile file = world.kernel().files().open(path)) {
            assertThat(leases.heldElsewhere(file)).isFalse();
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void anotherDescriptorHolds() throws Exception {
        try (OpenFile file = world.kernel().files().open(path)) {
            try (KernelUnderTest.Reader reader = world.openElsewhere(path)) {
                assertThat(reader).isNotNull();
                assertThat(leases.heldElsewhere(file)).isTrue();
            }
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void aSecondDescriptorOfOurOwnHoldsToo() throws Exception {
        try (OpenFile file = world.kernel().files().open(path)) {
            try (OpenFile second = world.kernel().files().open(path)) {
                assertThat(leases.heldElsewhere(second)).isTrue();
            }
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void aMappingHoldsAfterItsDescriptorIsClosed() throws Exception {
        try (OpenFile file = world.kernel().files().open(path)) {
            try (KernelUnderTest.Reader reader = world.mapElsewhere(path, 0, SIZE_BYTES)) {
                assertThat(reader).isNotNull();
                assertThat(leases.heldElsewhere(file)).isTrue();
            }
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void openersAreNotHeldBackAfterwards() throws Exception {
        try (OpenFile file = world.kernel().files().open(path)) {
            assertThat(leases.heldElsewhere(file)).isFalse();
            assertThat(world.openInAnotherProcess(path)).isPositive();
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void anActionRunsOnlyWhileNobodyElseHasIt() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (OpenFile file = world.kernel().files().open(path)) {
            assertThat(leases.whileAlone(file, runs::incrementAndGet)).isTrue();
            try (KernelUnderTest.Reader reader = world.openElsewhere(path)) {
                assertThat(reader).isNotNull();
                assertThat(leases.whileAlone(file, runs::incrementAndGet)).isFalse();
            }
            assertThat(runs).hasValue(1);
            assertThatThrownBy(() -> leases.whileAlone(file, () -> {
                        throw new IOException("in the middle");
                    }))
                    .hasMessage("in the middle");
            assertThat(world.openInAnotherProcess(path)).isPositive();
        }
    }
}
