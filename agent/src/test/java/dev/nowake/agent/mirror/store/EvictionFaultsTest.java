package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every step of an eviction fails, or is the last one: each byte is right, or known to be missing. */
@Tag("kernel")
class EvictionFaultsTest {
    private static final int MIB = 1 << 20;
    private static final ByteRange ALL = new ByteRange(0, MIB);

    @TempDir
    Path folder;

    private StoreRig rig;
    private Path original;
    private MirroredFile twin;

    @BeforeEach
    void aWholeFile() throws Exception {
        rig = new StoreRig(folder);
        original = rig.remoteFile("m/a.bin", MIB);
        rig.open().sync();
        twin = rig.twin("m/a.bin");
        StoreRig.fill(twin);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private void isAsItWas() throws IOException {
        assertThat(rig.twin("m/a.bin")).isSameAs(twin);
        assertThat(twin.isOutdated()).isFalse();
        assertThat(rig.tree().resolve("m/a.bin")).hasSameBinaryContentAs(original);
        isRightOrMissing();
    }

    /** Also for whoever comes after a crash at this point. */
    private void isRightOrMissing() throws IOException {
        try (Stream<Path> left = Files.list(rig.base().resolve("fresh"))) {
            assertThat(left).isEmpty();
        }
        rig.reopen(false);
        MirroredFile after = rig.twin("m/a.bin");
        assertThat(rig.tree().resolve("m/a.bin")).hasSize(MIB);
        if (after.missing(ALL).isEmpty()) {
            assertThat(rig.tree().resolve("m/a.bin")).hasSameBinaryContentAs(original);
        } else {
            assertThat(after.missing(ALL).bytes()).isEqualTo(MIB);
            assertThat(rig.heard).containsExactly("+ m/a.bin"); // it is guarded
        }
    }

    @Test
    void theNewFileCannotBeMade() throws Exception {
        Path fresh = rig.base().resolve("fresh");
        Files.delete(fresh);
        assertThatThrownBy(() -> rig.store().evictUnused(twin)).isInstanceOf(IOException.class);
        Files.createDirectory(fresh);
        isAsItWas();
    }

    @Test
    void theNewFileCannotBeGuarded() throws Exception {
        rig.unguarded = List.of("m/a.bin");
        assertThatThrownBy(() -> rig.store().evictUnused(twin)).isInstanceOf(IOException.class);
        rig.unguarded = List.of();
        isAsItWas();
    }

    @Test
    void nobodyKnowsWhoHasIt() throws Exception {
        rig.close();
        rig.users = file -> {
            throw new KernelException("fcntl F_SETLEASE", Errno.EINVAL);
        };
        rig.open();
        twin = rig.twin("m/a.bin");
        assertThatThrownBy(() -> rig.store().evictUnused(twin)).hasMessageContaining("F_SETLEASE");
        isAsItWas();
    }

    @Test
    void somebodyHasPutSomethingElseInItsPlace() throws Exception {
        Path place = rig.tree().resolve("m/a.bin");
        Files.delete(place);
        Files.createDirectory(place);
        assertThatThrownBy(() -> rig.store().evictUnused(twin)).hasMessageContaining("another file's name");
        assertThat(place).isDirectory();
    }

    @Test
    void theFolderIsGone() throws Exception {
        Files.move(rig.tree().resolve("m"), folder.resolve("moved"));
        assertThatThrownBy(() -> rig.store().evictUnused(twin)).isInstanceOf(IOException.class);
        assertThat(folder.resolve("moved/a.bin")).hasSameBinaryContentAs(original);
    }

    /** What is made aside and never renamed is nobody's after a restart. */
    @Test
    void itEndsBeforeTheNewFileHasItsName() throws Exception {
        Files.write(rig.base().resolve("fresh/left"), new byte[10]);
        rig.reopen(false);
        twin = rig.twin("m/a.bin");
        isAsItWas();
    }

    @Test
    void itEndsRightAfterTheNewFileHasItsName() throws Exception {
        assertThat(rig.store().evictUnused(twin)).isNotNull();
        isRightOrMissing();
        assertThat(rig.twin("m/a.bin").writtenBytes()).isZero();
    }
}
