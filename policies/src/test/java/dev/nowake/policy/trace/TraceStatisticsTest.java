package dev.nowake.policy.trace;

import static dev.nowake.policy.trace.Traces.access;
import static dev.nowake.policy.trace.Traces.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TraceStatisticsTest {
    @Provide
    Arbitrary<List<Access>> accesses() {
        return Traces.accesses(3, 1000).list().ofMaxSize(20);
    }

    @Property
    void distinctNeverExceedsTouched(@ForAll("accesses") List<Access> accesses) {
        Trace trace = new Trace(TraceHeader.NONE, List.of(file("/a"), file("/b"), file("/c")), accesses);
        TraceStatistics statistics = TraceStatistics.of(trace);
        assertThat(statistics.touchedBytes())
                .isEqualTo(accesses.stream().mapToLong(Access::lengthBytes).sum())
                .isGreaterThanOrEqualTo(statistics.distinctBytes());
        assertThat(statistics.sequentialShare()).isBetween(0.0, 1.0);
    }

    @Test
    void saysWhatHappened() {
        Trace trace = Traces.of(
                List.of(file("/a"), file("/b"), file("/never")),
                access(1, 0, 100),
                access(1, 100, 100),
                access(0, 500, 100),
                access(1, 0, 100));
        TraceStatistics statistics = TraceStatistics.of(trace);
        assertThat(statistics.touchedBytes()).isEqualTo(400);
        assertThat(statistics.distinctBytes()).isEqualTo(300);
        assertThat(statistics.sequentialShare()).isCloseTo(0.5, within(1e-9));
        assertThat(statistics.files()).extracting(TraceStatistics.OfFile::file).containsExactly(1, 0);
        assertThat(statistics.durationNanos()).isZero();
    }
}
