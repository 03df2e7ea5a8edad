package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.jnr.JnrLibC;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Threads that fail differently at once each see their own errno. */
class ErrnoPerThreadTest {
    private static final int THREADS = 4;

    /** A buffer shared by all threads shows some hundred mistakes in so many calls. */
    private static final int CALLS = 50_000;

    @ParameterizedTest
    @EnumSource(value = Binding.class, mode = Mode.EXCLUDE, names = "AUTO")
    void isTheCallersOwn(Binding binding) throws Exception {
        LibC libc = binding == Binding.FFM ? FfmLibC.open() : JnrLibC.open();
        try (Arena arena = Arena.ofShared();
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            long missing = Scratch.cString(arena, "/no/such/file".getBytes(StandardCharsets.US_ASCII))
                    .address();
            List<Callable<Long>> failures = List.of(
                    () -> libc.close(-1), // EBADF
                    () -> libc.open(missing, 0), // ENOENT
                    () -> libc.madvise(1, 1, 999), // EINVAL
                    () -> libc.pidfdOpen(Integer.MAX_VALUE)); // ESRCH
            long[] expected = {-9, -2, -22, -3};
            List<Future<Integer>> mistakes = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Callable<Long> failure = failures.get(i);
                long errno = expected[i];
                mistakes.add(threads.submit(() -> mistakesOf(failure, errno)));
            }
            for (Future<Integer> ofThread : mistakes) {
                assertThat(ofThread.get()).isZero();
            }
        }
    }

    private static int mistakesOf(Callable<Long> failure, long expected) throws Exception {
        int mistakes = 0;
        for (int i = 0; i < CALLS; i++) {
            if (failure.call() != expected) {
                mistakes++;
            }
        }
        return mistakes;
    }
}
