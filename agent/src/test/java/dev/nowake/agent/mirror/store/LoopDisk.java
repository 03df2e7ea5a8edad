package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.LibC;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A filesystem in a file, whose power can be cut: what it has not written to its disk by then is lost. */
final class LoopDisk implements AutoCloseable {
    /** EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN: _IOR('X', 125, __u32). */
    private static final long GOING_DOWN = 0x8004587dL;

    /** Neither data nor the journal are written any more. */
    private static final int WITHOUT_FLUSHING_THE_LOG = 2;

    private static final LibC LIBC = FfmLibC.open();

    private final String type;
    private final Path mount;
    private Path image;
    private boolean mounted;

    private LoopDisk(String type, Path image, Path mount) {
        this.type = type;
        this.image = image;
        this.mount = mount;
    }

    /** In memory, so that forcing to it takes no time. */
    static LoopDisk make(String type, long bytes, Path mount) throws Exception {
        Path image = image();
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        List<String> words = new ArrayList<>(List.of("mkfs." + type, "-q"));
        words.add(type.equals("xfs") ? "-f" : "-F");
        words.add(image.toString());
        StoreRig.run(words.toArray(String[]::new));
        LoopDisk disk = new LoopDisk(type, image, Files.createDirectories(mount));
        disk.mount();
        return disk;
    }

    private static Path image() throws IOException {
        return Files.createTempFile(Path.of("/dev/shm"), "nowake-disk", ".img");
    }

    private void mount() throws Exception {
        String options = type.equals("xfs") ? "loop,nouuid" : "loop";
        StoreRig.run("mount", "-o", options, image.toString(), mount.toString());
        mounted = true;
    }

    /**
     * After a cut. Nothing may be open on it. The journal is replayed on a copy: another process's mount namespace may keep the
     * filesystem that is shut down.
     */
    void restart() throws Exception {
        unmount();
        Path copy = image();
        StoreRig.run("cp", "--sparse=always", image.toString(), copy.toString());
        Files.delete(image);
        image = copy;
        mount();
    }

    /** The filesystem is gone from one moment to the next; whoever writes to it gets an error. */
    void cutPower() throws Exception {
        try (OpenFile root = StoreRig.KERNEL.files().open(mount);
                Arena arena = Arena.ofConfined()) {
            MemorySegment flag = arena.allocate(ValueLayout.JAVA_INT);
            flag.set(ValueLayout.JAVA_INT, 0, WITHOUT_FLUSHING_THE_LOG);
            assertThat(LIBC.ioctl(root.fd(), GOING_DOWN, flag.address()))
                    .as("the shutdown ioctl")
                    .isZero();
        }
    }

    void unmount() throws Exception {
        StoreRig.run("umount", mount.toString());
        mounted = false;
    }

    /** What a check of the unmounted filesystem finds wrong; empty for nothing. */
    List<String> check() throws Exception {
        String[] words = type.equals("xfs")
                ? new String[] {"xfs_repair", "-n", image.toString()}
                : new String[] {"e2fsck", "-f", "-n", image.toString()};
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        List<String> said = process.inputReader().lines().toList();
        return process.waitFor() == 0 ? List.of() : said;
    }

    @Override
    public void close() throws IOException {
        if (mounted) {
            new ProcessBuilder("umount", "-l", mount.toString())
                    .start()
                    .onExit()
                    .join();
        }
        Files.deleteIfExists(image);
    }
}
