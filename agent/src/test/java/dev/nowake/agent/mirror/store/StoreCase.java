package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of a store, with a rig in a folder of its own. */
abstract class StoreCase {
    static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    StoreRig rig;

    @BeforeEach
    final void rig() throws IOException {
        rig = new StoreRig(folder);
    }

    @AfterEach
    final void close() throws IOException {
        rig.close();
    }

    final SyncOutcome sync() {
        SyncOutcome outcome = rig.store().sync();
        assertThat(outcome.unreachable()).isNull();
        return outcome;
    }
}
