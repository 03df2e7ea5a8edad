package dev.nowake.agent.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left by copies that ended badly, and what comes in between: no copy is ever whole and wrong. */
class PartFileTest {
    private static final int MIB = 1 << 20;
    private static final int SIZE = 8 * MIB;

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path source;
    private Path target;
    private Path original;
    private Path copy;
    private Path record;

    @BeforeEach
    void model() throws IOException {
        source = Files.createDirectory(folder.resolve("from"));
        target = Files.createDirectory(folder.resolve("to"));
        byte[] content = new byte[SIZE];
        new Random(7).nextBytes(content);
        original = Files.write(source.resolve("model.safetensors"), content);
        copy = target.resolve("model.safetensors");
        record = target.resolve(".model.safetensors.nowake-part.json");
    }

    private StageFile file() throws IOException {
        return new StageFile(original, copy, kernel.files().status(original), null);
    }

    private StageReport stage(boolean verify) throws Exception {
        return new StageRun(kernel, source, target, 4, verify).run();
    }

    /** Of a kill between a rename and the record's end, or of a part that somebody has removed without it. */
    @Test
    void aRecordOfAnEarlierBeginningIsNotBelieved() throws Exception {
        PartRecord.write(record, file(), RangeSet.between(0, SIZE));
        PartFile.open(file(), kernel).close(); // and is killed before it writes its own
        assertThat(record).doesNotExist();
        StageReport report = stage(false);
        assertThat(report.resumedBytes()).isZero();
        assertThat(copy).hasSameBinaryContentAs(original);
    }

    @Test
    void nothingIsWrittenDownOfACopyThatIsOver() throws Exception {
        try (PartFile part = PartFile.open(file(), kernel)) {
            part.arrived(new ByteRange(0, SIZE));
            part.finish();
            part.checkpoint(); // by who has seen it under way
        }
        assertThat(record).doesNotExist();
        try (PartFile part = PartFile.open(file(), kernel)) {
            part.arrived(new ByteRange(0, SIZE));
            part.discard();
            part.checkpoint();
        }
        assertThat(record).doesNotExist();
    }

    /** After the last look at it: the copy is the old file, and has its time. */
    @Test
    void aSourceThatChangesAtTheVeryEndIsCopiedByTheNextRun() throws Exception {
        try (PartFile part = PartFile.open(file(), kernel)) {
            part.arrived(new ByteRange(0, SIZE));
            Files.write(original, new byte[] {1, 2, 3}, StandardOpenOption.WRITE);
            Files.setLastModifiedTime(original, FileTime.fromMillis(1_800_000_000_000L));
            part.finish();
        }
        StageReport report = stage(false);
        assertThat(report.copied()).isEqualTo(1);
        assertThat(copy).hasSameBinaryContentAs(original);
        assertThat(Files.getLastModifiedTime(copy)).isEqualTo(Files.getLastModifiedTime(original));
        assertThat(stage(false).unchanged()).isEqualTo(1);
    }

    @Test
    void aLinkInTheRecordsPlaceIsNotWrittenThrough() throws Exception {
        Path outside = Files.writeString(folder.resolve("outside"), "important");
        Files.createSymbolicLink(PartRecord.fresh(record), outside);
        try (PartFile part = PartFile.open(file(), kernel)) {
            part.arrived(new ByteRange(0, MIB));
            part.checkpoint();
        }
        assertThat(outside).hasContent("important");
        assertThat(record).exists();
    }

    @Test
    void aLinkToTheSourceIsNoCopyOfIt() throws Exception {
        Files.createSymbolicLink(copy, original);
        assertThat(stage(true).copied()).isEqualTo(1);
        assertThat(copy).isRegularFile().hasSameBinaryContentAs(original);
        assertThat(Files.isSymbolicLink(copy)).isFalse();
    }

    /** As NFS has. */
    @Test
    void aTargetWithLargeBlocksIsCompared() throws Exception {
        Buffers buffers = Buffers.of(1)[0];
        ByteRange range = new ByteRange(0, 2 * MIB);
        try (FileChannel channel = FileChannel.open(original)) {
            DataChannel blocks = new DataChannel(channel, true, MIB, false);
            blocks.readFully(buffers.piece().clear(), 0);
            Content.compare(blocks, range, buffers.piece(), buffers.back());
        }
    }

    @Test
    void whatCannotBeReadIsToldAndTheRestIsListed() throws Exception {
        Path unreadable = Files.writeString(source.resolve("a.gguf"), "x");
        FakeKernel other = new FakeKernel();
        other.adopt(original);
        Tally tally = new Tally();
        StageTree tree = StageTree.list(source, target, other.files(), tally);
        assertThat(tree.files())
                .singleElement()
                .satisfies(file -> assertThat(file.source()).isEqualTo(original));
        assertThat(tally.failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure.path()).isEqualTo(unreadable));
        assertThatThrownBy(() -> StageTree.list(source, target, other.files()))
                .as("an image is of all of it")
                .isInstanceOf(KernelException.class);
    }

    @Test
    void aRelativeLinkThatComesBackByTheFoldersNameLeadsIntoTheCopy() throws Exception {
        Files.createSymbolicLink(source.resolve("same"), Path.of("../from/model.safetensors"));
        Files.createSymbolicLink(source.resolve("plain"), Path.of("./model.safetensors"));
        assertThat(stage(false).links()).isEqualTo(2);
        assertThat(target.resolve("same").toRealPath()).isEqualTo(copy.toRealPath());
        assertThat(Files.readSymbolicLink(target.resolve("plain"))).isEqualTo(Path.of("./model.safetensors"));
    }
}
