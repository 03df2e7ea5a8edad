package dev.nowake.agent.cli;

import dev.nowake.agent.advice.Advice;
import dev.nowake.agent.advice.CarefulPath;
import dev.nowake.agent.advice.Finding;
import dev.nowake.agent.advice.Fix;
import dev.nowake.agent.advice.HostFacts;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.control.ControlClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What this host can do and what it cannot, and what nowake does instead; what mounts could do better. */
@Command(
        name = "doctor",
        description =
                "Checks what this host offers and says what is missing and what that costs; looks how the roots, mirrors and"
                        + " PATHs are mounted and says what makes models load slowly, with the command that cures it. Touches no mount.")
final class DoctorVerb implements Callable<Integer> {
    private static final Path HOST = Path.of("/");

    @Parameters(
            paramLabel = "PATH",
            arity = "0..*",
            description = "Folders whose filesystems to look at, beside the roots and mirrors.")
    private List<String> paths = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Roots and mirrors of this configuration (default: the daemon's, or /etc/nowake/nowake.yaml's where none"
                            + " answers).")
    private String configFile;

    @Option(
            names = "--fix",
            paramLabel = "read-ahead|max-background",
            converter = FixName.class,
            description =
                    "Sets it on the mounts of PATHs, or of the roots and mirrors where there are none, while they are mounted, and"
                            + " says how to make it last: read-ahead of 8 MiB on network and FUSE mounts, 64 requests at once on FUSE.")
    private Fix fix;

    @Option(names = "--dry-run", description = "With --fix: shows what would be set.")
    private boolean dryRun;

    @Option(
            names = "--probe",
            description =
                    "Also tries whether FUSE servers drop a file's pages at every open: opens one small file twice.")
    private boolean probe;

    /** What {@code --probe} starts a process of its own with. */
    @Option(names = MountProbe.HERE, hidden = true, paramLabel = "DIR")
    private String probeHere;

    private final Invocation invocation;

    /** {@code ok}: nothing to do about it. */
    record Check(String name, boolean ok, String detail) {}

    DoctorVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, InterruptedException {
        if (probeHere != null) {
            return MountProbe.here(invocation, RawArguments.path(probeHere));
        }
        if (dryRun && fix == null) {
            throw CliException.usage("--dry-run shows what --fix would do; give --fix read-ahead");
        }
        if (probe && fix != null) {
            throw CliException.usage("--probe looks and --fix sets: one at a time");
        }
        Path config = configFile == null ? null : RawArguments.path(configFile);
        if (config != null && !Files.exists(config)) {
            throw CliException.usage(
                    Invocation.show(config) + ": no such file; give the configuration to take roots from");
        }
        List<Path> given = paths.stream().map(RawArguments::path).toList();
        JsonNode status = status();
        MountsInQuestion mounts = MountsInQuestion.look(given, config, status);
        if (fix != null) {
            return new MountFix(invocation, fix, dryRun).run(given, mounts);
        }
        List<MountLook> looks =
                probe ? new MountProbe(invocation).look(mounts.looks(), mounts.folders()) : mounts.looks();
        List<Finding> findings = Advice.of(looks, HostFacts.read(HOST));
        List<Check> checks = new ArrayList<>();
        checks.addAll(KernelChecks.of(invocation.kernel()));
        checks.addAll(HostChecks.host());
        checks.addAll(
                CgroupChecks.of(HOST, status == null ? 0 : status.path("pid").asInt(0)));
        checks.addAll(MountChecks.of(mounts, looks, findings));
        checks.addAll(MirrorChecks.of(
                mounts.mirrors(), MirrorChecks.Host.of(invocation.kernel().features(), mounts.mounts())));
        for (Path path : given) {
            Path resolved = CarefulPath.resolve(path, mounts.mounts());
            checks.add(
                    CarefulPath.isLocal(resolved, mounts.mounts())
                            ? HostChecks.local(invocation.kernel(), path)
                            : HostChecks.remote(path, resolved, mounts.mounts()));
        }
        new DoctorPage(invocation).print(checks, findings);
        return ExitCode.DONE;
    }

    /** The daemon's, once for all that ask; null where none answers. */
    private JsonNode status() {
        try {
            JsonNode status = new ControlClient(invocation.socket()).ask(Map.of("verb", "status"));
            return status.has("error") ? null : status;
        } catch (IOException nobody) {
            return null;
        }
    }
}
