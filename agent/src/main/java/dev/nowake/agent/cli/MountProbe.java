package dev.nowake.agent.cli;

import dev.nowake.agent.advice.FsKind;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountLook.Opens;
import dev.nowake.agent.advice.OpenProbe;
import dev.nowake.agent.demo.ChildJvm;
import dev.nowake.agent.identify.PathText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code doctor --probe}. Each mount is tried in a process of its own: whoever waits for a server that hangs cannot be ended,
 * and its parent can.
 */
final class MountProbe {
    /** The option that such a process is started with. */
    static final String HERE = "--probe-here";

    /** A server that is that slow is slow to load models from, too. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Path NOWHERE = Path.of("/dev/null");

    private final Invocation invocation;
    private final Duration patience;

    MountProbe(Invocation invocation) {
        this(invocation, PATIENCE);
    }

    /** {@code patience}: for each mount. */
    MountProbe(Invocation invocation, Duration patience) {
        this.invocation = invocation;
        this.patience = patience;
    }

    /** The same looks, with what was seen on FUSE mounts; where nothing was, one line says why. */
    List<MountLook> look(List<MountLook> looks, List<Path> folders) throws InterruptedException {
        List<MountLook> seen = new ArrayList<>();
        for (MountLook look : looks) {
            Opens opens = look.kind() == FsKind.FUSE ? opens(look, folders) : Opens.UNKNOWN;
            seen.add(opens == Opens.UNKNOWN ? look : look.withOpens(opens));
        }
        return seen;
    }

    private Opens opens(MountLook look, List<Path> folders) throws InterruptedException {
        Path point = look.mount().mountPoint();
        Path folder = folders.stream()
                .filter(path -> path.startsWith(point))
                .findFirst()
                .orElse(point);
        try {
            Process process = ChildJvm.start(
                    NOWHERE, Main.class.getName(), List.of("doctor", "--output", "json", HERE, folder.toString()));
            if (!process.waitFor(patience)) {
                process.destroyForcibly();
                invocation.warn(Invocation.show(point) + ": not answered within " + patience.toSeconds()
                        + " s; process " + process.pid() + " goes when its server answers or is unmounted");
                return Opens.UNKNOWN;
            }
            JsonNode answer =
                    JsonMapper.shared().readTree(process.getInputStream().readAllBytes());
            if (answer.path("problem").isString()) {
                invocation.warn(
                        Invocation.show(point) + ": " + answer.path("problem").asString());
            }
            return Opens.valueOf(answer.path("opens").asString("UNKNOWN"));
        } catch (IOException | JacksonException | IllegalArgumentException failed) {
            invocation.warn(Invocation.show(point) + ": not tried: " + failed.getMessage());
            return Opens.UNKNOWN;
        }
    }

    /** That process: waits for the server as long as it takes. */
    static int here(Invocation invocation, Path folder) throws CliException {
        OpenProbe.Seen seen = OpenProbe.look(invocation.kernel(), folder);
        JsonOutput.write(
                invocation.out(),
                json -> json.text("opens", seen.opens().name())
                        .text("file", seen.file() == null ? null : PathText.of(seen.file()))
                        .text("problem", seen.problem()));
        return ExitCode.DONE;
    }
}
