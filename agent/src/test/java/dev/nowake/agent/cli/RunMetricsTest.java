package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMetricsTest {
    @TempDir
    Path folder;

    private CliRun run(String metrics) {
        return CliRun.real(
                "run",
                "--root",
                folder.toString(),
                "--metrics",
                metrics,
                "--state-dir",
                folder.resolve("state").toString(),
                "--socket",
                folder.resolve("socket").toString(),
                "--output",
                "json");
    }

    @Test
    void aBadAddressIsToldBeforeAnythingStarts() {
        run("here:there").failedWith(ExitCode.USAGE, "usage", "--metrics: 'here:there' is no address to listen on");
        run("0").failedWith(ExitCode.USAGE, "usage", "--metrics: '0' has the port 0");
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @Test
    @Tag("kernel")
    void anAddressInUseIsAnErrorWhereItWasAskedFor() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "fanotify needs root");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CliRun run = run("127.0.0.1:" + taken.getLocalPort());
            assertThat(run.exit()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err())
                    .contains("nowake: cannot show metrics at 127.0.0.1:" + taken.getLocalPort())
                    .contains("in use");
            assertThat(folder.resolve("socket")).doesNotExist();
        }
    }
}
