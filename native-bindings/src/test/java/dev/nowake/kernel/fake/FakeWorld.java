package dev.nowake.kernel.fake;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.contract.KernelUnderTest;
import java.nio.file.Path;
import java.util.List;

/** The contract suite's view of a {@link FakeKernel}. */
final class FakeWorld implements KernelUnderTest {
    private static final int OTHER_PID = 4711;

    private final FakeKernel kernel = new FakeKernel();
    private final Path folder = kernel.addFolder("/contract");
    private int nextPid = OTHER_PID;

    @Override
    public Kernel kernel() {
        return kernel;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public long readaheadCapBytes() {
        return 8L << 20;
    }

    @Override
    public Path file(String name, long lengthBytes) {
        return sparseFile(
                name, lengthBytes, lengthBytes == 0 ? new Extent[0] : new Extent[] {new Extent(0, lengthBytes)});
    }

    @Override
    public Path sparseFile(String name, long lengthBytes, Extent... data) {
        FakeContent content = FakeContent.generated(lengthBytes, List.of(data), KernelUnderTest::byteAt);
        return kernel.addFile(folder.resolve(name).toString(), content);
    }

    @Override
    public Path dirtyFile(String name, long lengthBytes) {
        Path file = file(name, lengthBytes);
        kernel.makeDirty(file, 0, lengthBytes);
        return file;
    }

    @Override
    public Path newFolder(String name) {
        return kernel.makeFolder(folder.resolve(name).toString(), OTHER_PID);
    }

    @Override
    public void truncate(Path file, long lengthBytes) {
        kernel.truncate(file, lengthBytes);
    }

    @Override
    public void delete(Path file) {
        kernel.delete(file, OTHER_PID);
    }

    @Override
    public void move(Path from, Path to) throws Exception {
        kernel.rename(from, to, OTHER_PID);
    }

    @Override
    public Reader openElsewhere(Path file) throws Exception {
        FakeReader process = kernel.process(nextPid++);
        process.open(file);
        return process::exit;
    }

    @Override
    public Reader mapElsewhere(Path file, long offsetBytes, long lengthBytes) throws Exception {
        FakeReader process = kernel.process(nextPid++);
        try (FakeHandle handle = process.open(file)) {
            handle.map(offsetBytes, lengthBytes).touchAll();
        }
        return process::exit;
    }

    @Override
    public int openInAnotherProcess(Path file) throws Exception {
        FakeReader process = kernel.process(nextPid++);
        process.open(file).close();
        process.exit();
        return process.pid();
    }

    @Override
    public void floodWithOpens(Path folder, int files) throws Exception {
        FakeReader process = kernel.process(nextPid++);
        for (int i = 0; i < files; i++) {
            process.open(kernel.addFile(folder.resolve("flood" + i).toString(), 1))
                    .close();
        }
        process.exit();
    }

    @Override
    public void close() {
        if (kernel.openDescriptors() != 0 || kernel.openGroups() != 0) {
            throw new AssertionError(
                    "leaked " + kernel.openDescriptors() + " descriptors, " + kernel.openGroups() + " groups");
        }
    }
}
