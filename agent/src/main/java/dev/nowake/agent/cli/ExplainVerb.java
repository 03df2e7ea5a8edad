package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.control.ControlException;
import dev.nowake.agent.daemon.OfflineExplain;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.trace.ReplaySource;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Which rule decides about a file, why, and what would be done if it were opened now. */
@Command(
        name = "explain",
        description = "Shows which rule decides about a model file, why, and what an open would lead to now."
                + " Asks the running daemon, or reckons by a configuration.")
final class ExplainVerb implements Callable<Integer> {
    private static final Path DEFAULT_CONFIG = Path.of("/etc/nowake/nowake.yaml");

    @Parameters(paramLabel = "PATH", description = "A model file, or a folder: its first model file.")
    private String path;

    @Option(names = "--pid", paramLabel = "N", description = "Who opens it (default: nobody in particular).")
    private int pid;

    @Option(names = "--config", paramLabel = "FILE", description = "By this configuration, without a daemon.")
    private String configFile;

    @Option(names = "--root", paramLabel = "DIR", description = "By these roots, without a daemon.")
    private List<String> roots = List.of();

    @Option(names = "--policies", paramLabel = "DIR", description = "With the policies in these folders too.")
    private List<String> policies = List.of();

    private final Invocation invocation;

    ExplainVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if (pid < 0) {
            throw CliException.usage("--pid is the number of a process, not " + pid);
        }
        Path given = RawArguments.path(path);
        Path real;
        FileId id;
        try {
            real = given.toRealPath();
            FileStatus status = invocation.kernel().files().status(real);
            id = new FileId(status.device(), status.inode());
        } catch (IOException missing) {
            throw CliException.of(given, missing);
        }
        boolean offline = configFile != null || !roots.isEmpty() || !policies.isEmpty();
        JsonNode document = offline ? reckon(configPath(), real, id) : ask(real, id);
        DaemonCall.answered(document);
        if (invocation.json()) {
            invocation.out().println(document);
        } else {
            new ExplainTable(invocation.out()).print(document);
        }
        return ExitCode.DONE;
    }

    private Path configPath() {
        return configFile == null ? null : RawArguments.path(configFile);
    }

    private JsonNode ask(Path real, FileId id) throws CliException {
        try {
            ControlClient daemon = new ControlClient(invocation.socket());
            JsonNode document = daemon.ask(Map.of(
                    "verb", "explain",
                    "pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(real)),
                    "device", id.device(),
                    "inode", id.inode(),
                    "pid", pid));
            return document.has("error")
                    ? document
                    : withStatus(
                            document, daemon.ask(Map.of("verb", "policies")).path("policies"));
        } catch (ControlException nobody) {
            if (nobody.code().equals("not_permitted")) {
                throw new CliException(ExitCode.NOT_PERMITTED, nobody.code(), nobody.getMessage(), nobody);
            }
            if (Files.exists(DEFAULT_CONFIG)) {
                invocation.warn("no daemon answers; by " + DEFAULT_CONFIG);
                return reckon(DEFAULT_CONFIG, real, id);
            }
            throw new CliException(
                    ExitCode.FAILED,
                    "no_daemon",
                    nobody.getMessage() + "; or give --config FILE or --root DIR",
                    nobody);
        }
    }

    /** With the line that {@code policy list} has of the policy that decides: whether it has failed, and how. */
    private static JsonNode withStatus(JsonNode document, JsonNode policies) {
        JsonNode load = document.path("load");
        String name = (load.isObject() ? load : document).path("policy").asString("");
        for (JsonNode line : policies) {
            if (document instanceof ObjectNode object
                    && line.path("name").asString("").equals(name)) {
                object.set("policyStatus", line);
            }
        }
        return document;
    }

    private JsonNode reckon(Path file, Path real, FileId id) throws CliException {
        List<Path> folders = roots.stream().map(RawArguments::path).toList();
        ReplaySource traces = new ReplaySource();
        traces.tellProblems(invocation::warn);
        try (PolicyRegistry registry = PolicyFolderOption.open(policies, file, traces)) {
            invocation.warnAll(registry.problems());
            Config config = new RunOptions(folders, false, null, file).config(PolicyFolderOption.known(registry));
            traces.prepare(config.arguments());
            Map<String, Object> answer = OfflineExplain.explain(invocation.kernel(), config, registry, real, id, pid);
            return withStatus(
                    JsonMapper.shared().valueToTree(answer), JsonMapper.shared().valueToTree(registry.status()));
        } catch (ConfigException wrong) {
            throw invocation.misconfigured(wrong);
        } catch (IOException failed) {
            throw CliException.of(real, failed);
        }
    }
}
