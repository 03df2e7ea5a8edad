package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link dev.nowake.kernel.FileEvents} and {@link EventGroup} promise. Events merge: none of this counts them. */
public abstract class FileEventsContract extends EventWaitContract {
    private static final long OPENS = FileEvent.OPEN | FileEvent.CLOSE_NOWRITE | FileEvent.CLOSE_WRITE;

    private static final long FOLDER_CHANGES =
            FileEvent.CREATE | FileEvent.DELETE | FileEvent.MOVED_FROM | FileEvent.MOVED_TO | FileEvent.ON_FOLDER;

    private List<Seen> drain(EventGroup group) throws Exception {
        return Seen.drain(group, world.kernel());
    }

    private static void assertSilent(EventGroup group) throws Exception {
        List<Long> masks = new ArrayList<>();
        group.read(Seen.SILENCE_MILLIS, event -> masks.add(event.mask()));
        assertThat(masks).isEmpty();
    }

    @Test
    void aFolderMarkSeesItsFilesByDescriptor() throws Exception {
        Path path = world.file("models/a.bin", 5000);
        try (EventGroup group = group(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), OPENS);
            int pid = world.openInAnotherProcess(path);
            List<Seen> seen = drain(group);
            FileStatus expected = world.kernel().files().status(path);
            assertThat(seen)
                    .isNotEmpty()
                    .allSatisfy(event -> {
                        assertThat(event.pid()).isEqualTo(pid);
                        assertThat(event.status().inode()).isEqualTo(expected.inode());
                        assertThat(event.status().device()).isEqualTo(expected.device());
                        assertThat(event.folder()).isNull();
                        assertThat(event.name()).isNull();
                        assertThat(event.file().isClosed()).isTrue();
                    })
                    .anyMatch(event -> event.has(FileEvent.OPEN))
                    .anyMatch(event -> event.has(FileEvent.CLOSE_NOWRITE));
        }
    }

    @Test
    void aFolderMarkSeesItsFilesByHandleAndName() throws Exception {
        Path path = world.file("models/a.bin", 5000);
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            group.mark(Scope.DIRECTORY, path.getParent(), OPENS);
            FolderHandle folder = group.handleOf(path.getParent());
            int pid = world.openInAnotherProcess(path);
            assertThat(drain(group))
                    .isNotEmpty()
                    .allSatisfy(event -> {
                        assertThat(event.pid()).isEqualTo(pid);
                        assertThat(event.folder()).isEqualTo(folder).hasSameHashCodeAs(folder);
                        assertThat(event.name()).isEqualTo("a.bin");
                        assertThat(event.file()).isNull();
                    })
                    .anyMatch(event -> event.has(FileEvent.OPEN))
                    .anyMatch(event -> event.has(FileEvent.CLOSE_NOWRITE));
        }
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void foreignFilesCostNothing(Naming naming) throws Exception {
        Path marked = world.newFolder("models");
        Path outside = world.file("outside.bin", 10);
        Path deeper = world.file("models/deeper/below.bin", 10);
        try (EventGroup group = group(naming)) {
            group.mark(Scope.DIRECTORY, marked, OPENS);
            world.openInAnotherProcess(outside);
            world.openInAnotherProcess(deeper);
            assertSilent(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void aFileMarkSeesThatFileAlone(Naming naming) throws Exception {
        Path marked = world.file("marked.bin", 10);
        Path other = world.file("other.bin", 10);
        try (EventGroup group = group(naming)) {
            if (naming == Naming.HANDLE_AND_NAME) {
                group.mark(Scope.DIRECTORY, world.folder(), FileEvent.CREATE);
            }
            group.mark(Scope.INODE, marked, OPENS);
            world.openInAnotherProcess(other);
            assertSilent(group);
            world.openInAnotherProcess(marked);
            assertThat(drain(group)).anyMatch(event -> event.has(FileEvent.OPEN));
        }
    }

    @Test
    void newFoldersAreNamed() throws Exception {
        Path models = world.newFolder("models");
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            group.mark(Scope.DIRECTORY, models, FOLDER_CHANGES);
            FolderHandle folder = group.handleOf(models);
            world.newFolder("models/new");
            assertThat(drain(group))
                    .anyMatch(event -> event.has(FileEvent.CREATE)
                            && event.has(FileEvent.ON_FOLDER)
                            && event.name().equals("new")
                            && event.folder().equals(folder));
        }
    }

    @Test
    void movesAndDeletionsAreNamed() throws Exception {
        Path from = world.file("models/from.bin", 10);
        Path to = from.resolveSibling("to.bin");
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            group.mark(Scope.DIRECTORY, from.getParent(), FOLDER_CHANGES);
            world.move(from, to);
            world.delete(to);
            assertThat(drain(group))
                    .anyMatch(event ->
                            event.has(FileEvent.MOVED_FROM) && event.name().equals("from.bin"))
                    .anyMatch(event ->
                            event.has(FileEvent.MOVED_TO) && event.name().equals("to.bin"))
                    .anyMatch(
                            event -> event.has(FileEvent.DELETE) && event.name().equals("to.bin"));
        }
    }

    @Test
    void handlesTellFoldersApart() throws Exception {
        Path one = world.newFolder("one");
        Path two = world.newFolder("two");
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            assertThat(group.handleOf(one)).isEqualTo(group.handleOf(one)).isNotEqualTo(group.handleOf(two));
            Path moved = world.folder().resolve("moved");
            FolderHandle before = group.handleOf(one);
            world.move(one, moved);
            assertThat(group.handleOf(moved)).isEqualTo(before);
        }
    }

    @Test
    void aMissingFolderIsNamedSo() throws Exception {
        Path missing = world.folder().resolve("missing");
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            FileAccessContract.assertFails(Errno.ENOENT, () -> group.mark(Scope.DIRECTORY, missing, OPENS));
            FileAccessContract.assertFails(Errno.ENOENT, () -> group.handleOf(missing));
        }
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void unmarkingSilences(Naming naming) throws Exception {
        Path path = world.file("models/a.bin", 10);
        try (EventGroup group = group(naming)) {
            group.mark(Scope.DIRECTORY, path.getParent(), OPENS);
            group.unmark(Scope.DIRECTORY, path.getParent(), OPENS);
            group.unmark(Scope.DIRECTORY, path.getParent(), OPENS);
            world.openInAnotherProcess(path);
            assertSilent(group);
        }
    }

    @ParameterizedTest
    @EnumSource(Naming.class)
    void aMarkIsThereUntilItIsTakenAway(Naming naming) throws Exception {
        Path folder = world.file("models/a.bin", 10).getParent();
        try (EventGroup group = group(naming)) {
            assertThat(group.isMarked(Scope.DIRECTORY, folder)).isFalse();
            group.mark(Scope.DIRECTORY, folder, OPENS);
            assertThat(group.isMarked(Scope.DIRECTORY, folder)).isTrue();
            assertThat(group.isMarked(Scope.DIRECTORY, folder.resolve("missing")))
                    .isFalse();
            world.openInAnotherProcess(folder.resolve("a.bin"));
            assertThat(group.read(Seen.PATIENCE_MILLIS, event -> {}))
                    .as("it hears on")
                    .isPositive();
            group.unmark(Scope.DIRECTORY, folder, OPENS);
            assertThat(group.isMarked(Scope.DIRECTORY, folder)).isFalse();
        }
    }

    @Test
    void aTakenFileIsTheTakersToClose() throws Exception {
        Path path = world.file("models/a.bin", 5000);
        List<OpenFile> taken = new ArrayList<>();
        try (EventGroup group = group(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            world.openInAnotherProcess(path);
            group.read(Seen.PATIENCE_MILLIS, event -> taken.add(event.takeFile()));
        }
        assertThat(taken).hasSize(1);
        try (OpenFile file = taken.getFirst()) {
            assertThat(world.kernel().files().path(file)).isEqualTo(path);
            world.kernel().pageCache().populate(file, 0, Long.MAX_VALUE);
            assertThat(world.kernel().pageCache().residency(file, 0, 5000).residentBytes())
                    .isEqualTo(5000);
        }
    }

    @Test
    void aSinkThatThrowsLosesNoDescriptor() throws Exception {
        Path one = world.file("models/one.bin", 10);
        Path two = world.file("models/two.bin", 10);
        List<OpenFile> handedOut = new ArrayList<>();
        try (EventGroup group = group(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, one.getParent(), FileEvent.OPEN);
            world.openInAnotherProcess(one);
            world.openInAnotherProcess(two);
            assertThatThrownBy(() -> group.read(Seen.PATIENCE_MILLIS, event -> {
                        handedOut.add(event.file());
                        throw new IllegalStateException("sink");
                    }))
                    .hasMessage("sink");
            assertThat(handedOut).allMatch(OpenFile::isClosed);
        }
        try (OpenFile file = world.kernel().files().open(two)) {
            assertThat(world.kernel().leases().heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void anOverflowIsSaid() throws Exception {
        Path models = world.newFolder("models");
        try (EventGroup group = group(Naming.HANDLE_AND_NAME)) {
            group.mark(Scope.DIRECTORY, models, FileEvent.OPEN);
            world.floodWithOpens(models, 16_384 + 100);
            List<Seen> seen = drain(group);
            assertThat(seen).anyMatch(event -> event.has(FileEvent.OVERFLOW));
            assertThat(seen)
                    .filteredOn(event -> event.has(FileEvent.OVERFLOW))
                    .allSatisfy(event -> assertThat(event.file()).isNull());
        }
    }
}
