package dev.nowake.kernel.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Merging, losing and timing of events, as far as the fake alone promises them. */
class FakeEventsBehaviourTest {
    private static final long OPENS = FileEvent.OPEN | FileEvent.CLOSE_NOWRITE | FileEvent.CLOSE_WRITE;

    private final FakeKernel kernel = new FakeKernel();
    private final Path path = kernel.addFile("/models/a", 1 << 20);

    private record Seen(long mask, int pid, Path path) {}

    @AfterEach
    void nothingLeaks() {
        assertThat(kernel.openDescriptors()).isZero();
        assertThat(kernel.openGroups()).isZero();
    }

    @Test
    void threeOpensAndACloseAreOneEvent() throws Exception {
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            FakeReader reader = kernel.process(7);
            reader.open(path).close();
            reader.open(path);
            reader.open(path);
            kernel.process(8).open(path);
            assertThat(drain(group))
                    .containsExactly(
                            new Seen(FileEvent.OPEN | FileEvent.CLOSE_NOWRITE, 7, path),
                            new Seen(FileEvent.OPEN, 8, path));
        }
    }

    @Test
    void mergingCanBeLeftOut() throws Exception {
        kernel.merging(false);
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            kernel.process(7).open(path).close();
            assertThat(drain(group))
                    .containsExactly(new Seen(FileEvent.OPEN, 7, path), new Seen(FileEvent.CLOSE_NOWRITE, 7, path));
        }
    }

    @Test
    void beyondTheLimitEventsAreLostAndSaidToBe() throws Exception {
        kernel.queueLimit(2);
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            for (int pid = 10; pid < 15; pid++) {
                kernel.process(pid).open(path);
            }
            assertThat(drain(group))
                    .containsExactly(
                            new Seen(FileEvent.OPEN, 10, path),
                            new Seen(FileEvent.OPEN, 11, path),
                            new Seen(FileEvent.OVERFLOW, 0, null));
            kernel.process(20).open(path);
            assertThat(drain(group)).containsExactly(new Seen(FileEvent.OPEN, 20, path));
        }
    }

    @Test
    void closeComesAtTheLastUnmapOfTheLastCopy() throws Exception {
        FakeReader reader = kernel.process(7);
        FakeHandle handle = reader.open(path);
        FakeReader child = reader.fork(8);
        FakeHandle sent = handle.sendTo(kernel.process(9));
        FakeMapping mapping = handle.mapAll();
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            handle.close();
            handle.close();
            reader.handles().forEach(FakeHandle::close);
            child.exit();
            sent.close();
            assertThat(drain(group)).isEmpty();
            mapping.unmap();
            assertThat(drain(group)).containsExactly(new Seen(FileEvent.CLOSE_NOWRITE, 7, path));
        }
    }

    @Test
    void ownOpensAreSeenButNotTheEventsOwn() throws Exception {
        kernel.ownPid(99);
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            kernel.files().open(path).close();
            assertThat(drain(group)).extracting(Seen::pid).containsExactly(99);
            assertThat(drain(group)).isEmpty();
        }
    }

    @Test
    void writersCloseAsWriters() throws Exception {
        try (EventGroup group = marked(Naming.HANDLE_AND_NAME)) {
            FakeHandle handle = kernel.process(7).openForWriting(Path.of("/models/new"));
            handle.write(0, 8192);
            handle.close();
            List<Long> masks = new ArrayList<>();
            group.read(0, event -> masks.add(event.mask()));
            assertThat(masks).containsExactly(FileEvent.OPEN | FileEvent.CLOSE_WRITE);
        }
        assertThat(kernel.residentBytes(Path.of("/models/new"))).isEqualTo(8192);
    }

    @Test
    void anEventOnFuseDropsPagesOnlyWhereItCarriesADescriptor() throws Exception {
        kernel.mount(FakeMount.fuse("/fuse", 9));
        Path far = kernel.addFile("/fuse/a", 1 << 20);
        try (EventGroup named = kernel.fileEvents().open(Naming.HANDLE_AND_NAME);
                EventGroup opening = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            named.mark(Scope.DIRECTORY, Path.of("/fuse"), OPENS);
            opening.mark(Scope.DIRECTORY, Path.of("/fuse"), OPENS);
            kernel.process(7).open(far).readAll();
            named.read(0, event -> assertThat(new String(event.name())).isEqualTo("a"));
            assertThat(kernel.residentBytes(far)).isEqualTo(1 << 20);
            opening.read(0, FileEvent::mask);
            assertThat(kernel.residentBytes(far)).isZero();
            assertFails(Errno.ENODEV, () -> named.mark(Scope.FILESYSTEM, far, OPENS));
        }
    }

    @Test
    void pathsAreTheOpenersAndIdentityIsTheFiles() throws Exception {
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            kernel.process(7).openAs(path, Path.of("/a"));
            assertThat(drain(group)).containsExactly(new Seen(FileEvent.OPEN, 7, Path.of("/a")));
        }
    }

    @Test
    void filesystemMarksSeeEverythingOnIt() throws Exception {
        kernel.mount(FakeMount.ext4("/other", 5));
        Path other = kernel.addFile("/other/b", 10);
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.FILESYSTEM, path, FileEvent.OPEN);
            kernel.process(7).open(other);
            kernel.process(7).open(path);
            assertThat(drain(group)).containsExactly(new Seen(FileEvent.OPEN, 7, path));
        }
    }

    @Test
    void anEventWhoseFileCannotBeOpenedStillComes() throws Exception {
        kernel.script().failNth("fanotify_open", 1, Errno.EMFILE);
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            kernel.process(7).open(path);
            assertThat(drain(group)).containsExactly(new Seen(FileEvent.OPEN, 7, null));
        }
    }

    @Test
    void processesComeAlongWhenAskedFor() throws Exception {
        FakeReader reader = kernel.process(7);
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR, true)) {
            group.mark(Scope.INODE, path, FileEvent.OPEN);
            reader.open(path);
            List<OpenFile> processes = new ArrayList<>();
            group.read(0, event -> processes.add(event.takeProcess()));
            try (OpenFile process = processes.getFirst()) {
                assertThat(kernel.foreignMemory().hasExited(process)).isFalse();
            }
        }
    }

    @Test
    void marksHaveTheirLimitsAndRules() throws Exception {
        kernel.markLimit(1);
        try (EventGroup group = marked(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.MODIFY);
            assertFails(Errno.ENOSPC, () -> group.mark(Scope.INODE, path, OPENS));
            assertFails(Errno.EINVAL, () -> group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.CREATE));
            assertFails(Errno.ENOTDIR, () -> group.mark(Scope.DIRECTORY, path, OPENS));
        }
    }

    private EventGroup marked(Naming naming) throws KernelException {
        EventGroup group = kernel.fileEvents().open(naming);
        group.mark(Scope.DIRECTORY, Path.of("/models"), OPENS);
        return group;
    }

    private List<Seen> drain(EventGroup group) throws KernelException {
        List<Seen> seen = new ArrayList<>();
        group.read(0, event -> {
            try {
                Path file = event.file() == null ? null : kernel.files().path(event.file());
                seen.add(new Seen(event.mask(), event.pid(), file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return seen;
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
