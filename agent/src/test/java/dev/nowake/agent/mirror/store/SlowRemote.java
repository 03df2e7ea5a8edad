package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** The project's own slow filesystem, which can be stopped in the middle. */
final class SlowRemote {
    private final Process process;
    private final Path mount;

    private SlowRemote(Process process, Path mount) {
        this.process = process;
        this.mount = mount;
    }

    static SlowRemote start(Path folder, Path mount) throws Exception {
        Process build = new ProcessBuilder("../samples/slowfs/build.sh")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String program = build.inputReader().readLine();
        assertThat(build.waitFor())
                .as("slowfs is built: it needs gcc and libfuse3-dev")
                .isZero();
        Process process = new ProcessBuilder(program, "--latency-us", "0", folder.toString(), mount.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("READY");
        return new SlowRemote(process, mount);
    }

    /** Answers nothing until {@link #goOn}. */
    void stop() throws Exception {
        StoreRig.run("kill", "-STOP", "" + process.pid());
    }

    void goOn() throws Exception {
        StoreRig.run("kill", "-CONT", "" + process.pid());
    }

    /** Calls fail from now on. */
    void kill() throws Exception {
        process.destroyForcibly().waitFor();
    }

    void end() throws Exception {
        if (process.isAlive()) {
            goOn();
        }
        new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
        process.destroyForcibly().waitFor();
    }
}
