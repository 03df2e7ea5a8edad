package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was resident before anybody read the model is not nowake's to drop. */
@Tag("kernel")
final class BaselineTest {
    @Test
    void pagesFromBeforeTheStartStayAndOnlyThose() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.bringIn(shards.getFirst(), 0, Long.MAX_VALUE);
            try (OpenFile file = rig.kernel.files().open(shards.getFirst())) {
                rig.kernel.pageCache().evict(file, 16 * Rig.MIB, Long.MAX_VALUE - 16 * Rig.MIB);
            }
            List<Extent> before = rig.residentExtents(shards.getFirst());
            assertThat(rig.resident(shards.getFirst())).isBetween(16 * Rig.MIB, 24 * Rig.MIB);
            rig.start(Mode.ENFORCE);

            for (int load = 1; load <= 2; load++) {
                Reader.load("mmap", shards);
                rig.awaitLoadsDone(load);
                assertThat(rig.residentExtents(shards.getFirst())).isEqualTo(before);
                assertThat(rig.resident(shards.getLast())).isZero();
            }
        }
    }

    /** nowake's own verbs bring pages in on purpose; the daemon knows them by their main class. */
    @Test
    void pagesPrefetchedByTheVerbBetweenTwoLoadsStay() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(Mode.ENFORCE);
            Reader.load("read", shards);
            rig.awaitLoadsDone(1);

            Reader.run(
                    "bash",
                    "-c",
                    "exec -a java \"$0\" dev.nowake.agent.cli.Main prefetch",
                    verb(rig, shards.getFirst()).toString());
            assertThat(rig.resident(shards.getFirst())).isEqualTo(Files.size(shards.getFirst()));
            assertThat(rig.counter("loads")).isEqualTo(1);
            Reader.load("read", shards);
            rig.awaitLoadsDone(2);

            assertThat(rig.resident(shards.getFirst())).isEqualTo(Files.size(shards.getFirst()));
            assertThat(rig.resident(shards.getLast())).isZero();
        }
    }

    /** A program that reads the file and has the verbs' main class on its command line. */
    private static Path verb(Rig rig, Path file) throws Exception {
        Path script = rig.folder.resolve("verb");
        Files.writeString(script, "#!/bin/bash\nexec 3< " + file + "\nwhile read -r -N 1048576 -u 3 _; do :; done\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }
}
