package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What only a real fanotify shows. */
@Tag("kernel")
class RealEventsTest {
    private static final long OPENS = FileEvent.OPEN | FileEvent.CLOSE_NOWRITE;
    private static final int PATIENCE_MILLIS = 10_000;

    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private RealWorld world;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void opensThroughABindMountOfAnotherNamespaceAreSeen(Naming naming) throws Exception {
        Path path = world.file("models/a.bin", 10);
        Path elsewhere = world.newFolder("elsewhere");
        String script = "mount --bind \"$0\" \"$1\" && exec 3< \"$1/a.bin\"";
        List<Long> masks = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(naming)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            int result = new ProcessBuilder(
                            "unshare",
                            "-m",
                            "sh",
                            "-c",
                            script,
                            path.getParent().toString(),
                            elsewhere.toString())
                    .start()
                    .waitFor();
            assumeTrue(result == 0, "no right to mount");
            group.read(PATIENCE_MILLIS, event -> masks.add(event.mask()));
        }
        assertThat(masks).contains(FileEvent.OPEN);
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void eventsCarryAPidfdWhereAsked(Naming naming) throws Exception {
        Path path = world.file("models/a.bin", 10);
        List<OpenFile> processes = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(naming, true)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            try (OpenFile ours = kernel.files().open(path)) {
                group.read(PATIENCE_MILLIS, event -> processes.add(event.takeProcess()));
                assertThat(ours.isClosed()).isFalse();
            }
            world.openInAnotherProcess(path);
            group.read(PATIENCE_MILLIS, event -> assertThat(event.takeProcess()).isNull());
        }
        assertThat(processes).hasSize(1);
        try (OpenFile self = processes.getFirst()) {
            assertThat(kernel.foreignMemory().hasExited(self)).isFalse();
        }
    }

    /** A burst is read without a heap full of garbage: some 200 bytes an event, and no descriptor kept. */
    @Test
    void aBurstIsReadCheaply() throws Exception {
        int files = 10_000;
        Path models = world.newFolder("models");
        world.floodWithOpens(models, files);
        long before = descriptors();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, models, FileEvent.OPEN);
            world.floodWithOpens(models, files);
            int[] seen = new int[1];
            long allocated = threads.getCurrentThreadAllocatedBytes();
            int read;
            do {
                read = group.read(0, event -> seen[0]++);
            } while (read > 0);
            long bytesPerEvent = (threads.getCurrentThreadAllocatedBytes() - allocated) / files;
            assertThat(seen[0]).isEqualTo(files);
            assertThat(bytesPerEvent).isLessThan(300);
        }
        assertThat(descriptors()).isEqualTo(before);
    }

    @Test
    void readingThroughAnEventsFileRaisesNoEvent() throws Exception {
        Path path = world.file("models/a.bin", 1 << 20);
        List<OpenFile> taken = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), OPENS);
            world.openInAnotherProcess(path);
            group.read(PATIENCE_MILLIS, event -> taken.add(event.takeFile()));
            try (OpenFile file = taken.getFirst()) {
                kernel.pageCache().populate(file, 0, Long.MAX_VALUE);
                kernel.pageCache().sendfile(file, 0, Long.MAX_VALUE);
                assertThat(group.read(50, event -> {})).isZero();
            }
            assertThat(group.read(50, event -> {})).isZero();
            for (OpenFile file : taken) {
                file.close();
            }
        }
    }

    @Test
    void aClosedGroupLeavesNothing() throws Exception {
        Path models = world.newFolder("models");
        world.floodWithOpens(models, 50);
        long before = descriptors();
        for (Naming naming : Naming.values()) {
            EventGroup group = kernel.fileEvents().open(naming);
            group.mark(Scope.DIRECTORY, models, FileEvent.OPEN);
            world.floodWithOpens(models, 50);
            group.close();
        }
        assertThat(descriptors()).isEqualTo(before);
    }

    @Test
    void filesBeyondTwoGibibytesAreOpenedToo() throws Exception {
        Path path = world.sparseFile("models/large.bin", 5L << 30);
        List<Long> sizes = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            world.openInAnotherProcess(path);
            group.read(PATIENCE_MILLIS, event -> sizes.add(sizeOf(event)));
        }
        assertThat(sizes).containsExactly(5L << 30);
    }

    private long sizeOf(FileEvent event) {
        try {
            return event.file() == null
                    ? -1
                    : kernel.files().status(event.file()).sizeBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void mountsAndFilesystemsCanBeMarked() throws Exception {
        Path path = world.file("a.bin", 10);
        for (Scope scope : new Scope[] {Scope.MOUNT, Scope.FILESYSTEM}) {
            long inode = kernel.files().status(path).inode();
            List<Long> inodes = new ArrayList<>();
            try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
                group.mark(scope, world.folder(), FileEvent.CLOSE_NOWRITE);
                world.openInAnotherProcess(path);
                int read;
                do {
                    read = group.read(200, event -> inodes.add(inodeOf(event)));
                } while (read > 0 && !inodes.contains(inode));
            }
            assertThat(inodes).as(scope.name()).contains(inode);
        }
    }

    private long inodeOf(FileEvent event) {
        try {
            return event.file() == null
                    ? -1
                    : kernel.files().status(event.file()).inode();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
