package dev.nowake.agent.cli;

import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.control.ControlException;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One question to the running daemon, with what goes wrong as every verb tells it. */
final class DaemonCall {
    private DaemonCall() {}

    static JsonNode ask(Invocation invocation, Map<String, Object> request) throws CliException {
        return answered(asked(invocation, request));
    }

    /** The answer, which may be an error of the daemon's. */
    static JsonNode asked(Invocation invocation, Map<String, Object> request) throws CliException {
        try {
            return new ControlClient(invocation.socket()).ask(request);
        } catch (ControlException unheard) {
            throw new CliException(exitCode(unheard.code()), unheard.code(), unheard.getMessage(), unheard);
        }
    }

    /** Throws what the daemon answered, where that is an error. */
    static JsonNode answered(JsonNode answer) throws CliException {
        if (answer.has("error")) {
            String code = answer.path("error").path("code").asString("failed");
            throw new CliException(
                    exitCode(code), code, answer.path("error").path("message").asString(""));
        }
        return answer;
    }

    private static int exitCode(String code) {
        return switch (code) {
            case "not_permitted" -> ExitCode.NOT_PERMITTED;
            case "not_supported" -> ExitCode.NOT_SUPPORTED;
            default -> ExitCode.FAILED;
        };
    }
}
