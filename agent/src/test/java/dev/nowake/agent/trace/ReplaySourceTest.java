package dev.nowake.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.builtin.ReplayStep;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceName;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplaySourceTest {
    private static final List<TraceFile> FILES =
            List.of(new TraceFile(TraceName.of("/a"), 1000, 0), new TraceFile(TraceName.of("/b"), 1000, 0));

    @Test
    void whatContinuesIsOneStepWhoeverReadIt() {
        assertThat(steps(access(0, 0, 10, 0, 1), access(0, 10, 10, 0, 2), access(0, 15, 15, 0, 1)))
                .containsExactly(new ReplayStep("/a", 0, 30, 0));
    }

    @Test
    void otherFilesOtherNodesAndJumpsAreStepsOfTheirOwnInOrder() {
        assertThat(steps(
                        access(0, 0, 10, 0, 1),
                        access(1, 10, 10, 0, 1),
                        access(1, 20, 10, 1, 1),
                        access(1, 40, 10, 1, 1),
                        access(0, 10, 10, -1, 1)))
                .containsExactly(
                        new ReplayStep("/a", 0, 10, 0),
                        new ReplayStep("/b", 10, 10, 0),
                        new ReplayStep("/b", 20, 10, 1),
                        new ReplayStep("/b", 40, 10, 1),
                        new ReplayStep("/a", 10, 10, -1));
        assertThat(steps()).isEmpty();
    }

    private static List<ReplayStep> steps(Access... accesses) {
        return ReplaySource.steps(new Trace(TraceHeader.NONE, FILES, List.of(accesses)));
    }

    private static Access access(int file, long offset, long length, int node, int pid) {
        return new Access(file, offset, length, node, 0, pid);
    }
}
