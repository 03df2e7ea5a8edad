package dev.nowake.agent.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.fake.FakeKernel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PathLockTest {
    private static final int OTHER_PID = 99;

    private final FakeKernel kernel = new FakeKernel();
    private final Path part = kernel.addFile("/m/.model.nowake-part", 100);

    @Test
    void oneHasItAtATime() throws Exception {
        try (PathLock first = PathLock.take(kernel, part)) {
            assertThat(first).isNotNull();
            assertThat(PathLock.take(kernel, part)).isNull();
            assertThat(kernel.openDescriptors()).isEqualTo(1);
        }
        try (PathLock second = PathLock.take(kernel, part)) {
            assertThat(second).isNotNull();
        }
        assertThat(kernel.openDescriptors()).isZero();
    }

    /** Who opened it a moment too early would write into a model that is whole. */
    @Test
    void whatHasAnotherNameByTheTimeItIsLockedIsNobodys() throws Exception {
        kernel.script().before("flock", call -> {
            kernel.script().clearHooks();
            rename();
        });
        assertThat(PathLock.take(kernel, part)).isNull();
        assertThat(kernel.openDescriptors()).isZero();
        assertThatThrownBy(() -> PathLock.take(kernel, part)).hasMessageContaining("ENOENT");
    }

    @Test
    void norIsWhatAnotherHasTakenThePlaceOf() throws Exception {
        kernel.script().before("flock", call -> {
            kernel.script().clearHooks();
            rename();
            kernel.addFile(part.toString(), 1);
        });
        assertThat(PathLock.take(kernel, part)).isNull();
        try (PathLock fresh = PathLock.take(kernel, part)) {
            assertThat(fresh).isNotNull();
        }
    }

    private void rename() {
        try {
            kernel.rename(part, Path.of("/m/model"), OTHER_PID);
        } catch (KernelException failed) {
            throw new AssertionError(failed);
        }
    }
}
