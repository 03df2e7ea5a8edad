package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Filesystems that are mounted and unmounted where the roots are, under a daemon that runs. */
@Tag("kernel")
final class MountTest {
    /** What the daemon promises to need at most, a few times over: another host's pages may be on their way. */
    private static final Duration UNMOUNTABLE = Duration.ofSeconds(5);

    private Rig rig;
    private Path image;
    private Path point;

    @BeforeEach
    void makeImage() throws Exception {
        rig = Rig.make();
        image = rig.folder.resolve("image");
        Reader.run("truncate", "-s", "96M", image.toString());
        Reader.run("mkfs.ext4", "-q", image.toString());
        point = Files.createDirectory(rig.folder.resolve("point"));
    }

    @AfterEach
    void unmountAll() throws Exception {
        rig.stop();
        new ProcessBuilder("umount", "-R", point.toString()).start().waitFor();
        rig.close();
    }

    private void mount(Path where) throws Exception {
        Reader.run("mount", "-o", "loop", image.toString(), where.toString());
    }

    private List<Path> modelOn(Path where) throws Exception {
        return rig.model(Rig.spec("llama", 48 * Rig.MIB, 3), where.resolve("llama"));
    }

    /** Fails only while somebody has something of it. */
    private static boolean unmount(Path where) throws Exception {
        return new ProcessBuilder("umount", where.toString())
                        .redirectErrorStream(true)
                        .start()
                        .waitFor()
                == 0;
    }

    private static void awaitUnmounted(Path where) {
        await("unmounted")
                .atMost(UNMOUNTABLE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> unmount(where));
    }

    /** A mount is noticed within two seconds; what was opened until then is found by a look into /proc. */
    private void aLoadIsPrefetchedAndReleased(List<Path> shards) throws Exception {
        long loads = rig.counter("loads");
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            rig.awaitCounter("loads", loads + 1);
            rig.awaitResident(shards.getLast());
            reader.kill();
        }
        rig.awaitReleased(shards.subList(1, shards.size()));
        rig.awaitQuiet();
    }

    @Test
    void aRootIsUnmountedRightAfterALoadAndMountedAgain() throws Exception {
        mount(point);
        List<Path> shards = modelOn(point);
        rig.start(Mode.ENFORCE, point);
        for (int i = 0; i < 3; i++) {
            aLoadIsPrefetchedAndReleased(shards);
            awaitUnmounted(point);
            // at once: the filesystem has its old number, and its folders theirs, but no marks
            mount(point);
        }
        assertThat(rig.status().path("heldFiles").asInt()).isZero();
    }

    /** Readers are gone, but the load is not over yet, or has just been released: who unmounts need not wait long. */
    @Test
    void nothingOfALoadThatEndedKeepsAFilesystemBusy() throws Exception {
        mount(point);
        List<Path> shards = modelOn(point);
        for (Mode mode : Mode.values()) {
            rig.start(mode, point);
            try (Reader reader = Reader.start()) {
                reader.open(shards.getFirst());
                rig.awaitCounter("opens", 1);
                reader.kill();
            }
            awaitUnmounted(point);
            mount(point);
            rig.stop();
        }
    }

    @Test
    void aMountOverAnEmptyRootMadeAfterTheStart() throws Exception {
        mount(point);
        modelOn(point);
        awaitUnmounted(point);
        rig.start(Mode.ENFORCE, point);
        mount(point);
        aLoadIsPrefetchedAndReleased(shards(point));
    }

    @Test
    void aMountOnAFolderBelowARootComesGoesAndComesBack() throws Exception {
        mount(point);
        modelOn(point);
        awaitUnmounted(point);
        Path below = Files.createDirectory(rig.root.resolve("below"));
        rig.start(Mode.ENFORCE);
        try {
            for (int i = 0; i < 2; i++) {
                mount(below);
                aLoadIsPrefetchedAndReleased(shards(below));
                awaitUnmounted(below);
            }
        } finally {
            unmount(below);
        }
        assertThat(rig.counter("errors")).isZero();
    }

    private static List<Path> shards(Path where) {
        return List.of(1, 2, 3).stream()
                .map(number -> where.resolve("llama/model-0000" + number + "-of-00003.safetensors"))
                .toList();
    }
}
