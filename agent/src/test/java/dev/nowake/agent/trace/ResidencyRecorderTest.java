package dev.nowake.agent.trace;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceStatistics;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Without the kernel's events, on the running kernel. */
@Tag("kernel")
@Timeout(60)
class ResidencyRecorderTest {
    private static final int MIB = 1 << 20;

    @TempDir
    private Path folder;

    private final LinuxKernel kernel = LinuxKernel.open(Binding.FFM);

    @Test
    void pagesThatAppearAreTold() throws Exception {
        Path path = folder.resolve("weights.bin");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(16 * MIB));
            channel.force(true);
        }
        try (OpenFile file = kernel.files().open(path)) {
            FileStatus status = kernel.files().status(file);
            new Evictor(kernel, new HostMappings())
                    .evict(
                            file,
                            new FileId(status.device(), status.inode()),
                            RangeSet.between(0, 16 * MIB),
                            SECONDS.toNanos(10));
            assertThat(kernel.pageCache().residency(file, 0, 16 * MIB).residentBytes())
                    .isZero();
            kernel.pageCache().populate(file, 0, 2 * MIB);
            TraceTarget target = TraceTarget.of(path, kernel.files(), MountInfo.read());
            Trace trace;
            try (Recorder recorder = new ResidencyRecorder(kernel, List.of(target), new Recorder.Scope.Host())) {
                recorder.begin();
                kernel.pageCache().populate(file, 12 * MIB, 2 * MIB);
                trace = recorder.finish();
            }
            TraceStatistics statistics = TraceStatistics.of(trace);
            assertThat(trace.header().source()).isEqualTo(TraceHeader.Source.RESIDENCY);
            RangeSet seen = statistics.files().getFirst().distinct();
            assertThat(RangeSet.between(12 * MIB, 14 * MIB).minus(seen).isEmpty())
                    .isTrue();
            assertThat(trace.accesses()).as("was there before").noneMatch(each -> each.offsetBytes() == 0);
        }
    }
}
