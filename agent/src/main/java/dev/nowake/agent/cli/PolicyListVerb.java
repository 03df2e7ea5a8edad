package dev.nowake.agent.cli;

import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.policy.builtin.TraceSource;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which policies there are and how they do. */
@Command(
        name = "list",
        description =
                "Lists the running daemon's policies; without a daemon, those nowake brings along and those in DIR.")
final class PolicyListVerb implements Callable<Integer> {
    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description = "List what is in this folder, whatever a daemon has; may be given more than once.")
    private List<String> folders = List.of();

    private final Invocation invocation;

    PolicyListVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        JsonNode answer = folders.isEmpty() ? ofDaemon() : null;
        if (answer == null) {
            try (PolicyRegistry registry = PolicyFolderOption.open(folders, null, TraceSource.NONE)) {
                answer = JsonMapper.shared().valueToTree(Map.of("policies", registry.status()));
            } catch (ConfigException wrong) {
                throw invocation.misconfigured(wrong);
            }
        }
        if (invocation.json()) {
            invocation.out().println(answer);
        } else {
            PolicyTable.print(answer.path("policies"), invocation.out());
        }
        return ExitCode.DONE;
    }

    /** Null where no daemon answers. */
    private JsonNode ofDaemon() {
        try {
            JsonNode answer = new ControlClient(invocation.socket()).ask(Map.of("verb", "policies"));
            return answer.has("policies") ? answer : null;
        } catch (IOException nobody) {
            return null;
        }
    }
}
