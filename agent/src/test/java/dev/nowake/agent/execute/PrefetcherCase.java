package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A prefetcher over a kernel that is made up. After each test no descriptor and no thread is left. */
@Timeout(20)
abstract class PrefetcherCase {
    static final long MIB = 1L << 20;

    final FakeKernel kernel = new FakeKernel();
    final Prefetcher prefetcher = new Prefetcher(kernel, 64);
    private final List<OpenFile> opened = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        prefetcher.close();
        opened.forEach(OpenFile::close);
        assertThat(kernel.openDescriptors()).isZero();
        await().atMost(Duration.ofSeconds(2)).until(() -> streamThreads() == 0);
    }

    static long streamThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("nowake-io-"))
                .count();
    }

    static MountTraits traits(Mechanism mechanism, int streams) {
        return new MountTraits(1, "ext4", 8 * MIB, false, mechanism, streams, 8 * MIB);
    }

    OpenFile open(Path path) throws Exception {
        OpenFile file = kernel.files().open(path);
        opened.add(file);
        return file;
    }

    FileId id(OpenFile file) throws Exception {
        return PrefetcherPropertyTest.id(kernel, file);
    }

    PrefetchOutcome whole(MountTraits traits, PrefetchListener listener, Path... paths) throws Exception {
        PrefetchJob job = prefetcher.start(traits, new InFlightBudget(64 * MIB), listener);
        for (Path path : paths) {
            OpenFile file = open(path);
            job.add(file, id(file), RangeSet.between(0, Long.MAX_VALUE));
        }
        job.finish();
        return job.completion().get(10, SECONDS);
    }

    static String callOf(Mechanism mechanism) {
        return switch (mechanism) {
            case POPULATE -> "madvise";
            case SENDFILE -> "sendfile";
            case READAHEAD -> "readahead";
            case READ_THROUGH -> "pread";
        };
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
