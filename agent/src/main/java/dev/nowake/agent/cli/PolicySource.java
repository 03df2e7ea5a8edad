package dev.nowake.agent.cli;

import dev.nowake.agent.config.Nearest;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.builtin.BuiltinPolicies;
import dev.nowake.policy.builtin.BuiltinUnit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a verb finds the policy somebody names: one that comes with nowake, or a file. */
final class PolicySource {
    private PolicySource() {}

    /** The policies of a file; throws {@link PolicyFailure} with file and line where they cannot be loaded. */
    static List<PolicyUnit> open(Path file) throws CliException {
        if (Files.isDirectory(file) || !Files.exists(file)) {
            String what = Files.exists(file) ? ": is a folder; name the policy's file" : ": no such file";
            throw new CliException(ExitCode.FAILED, "not_found", Invocation.show(file) + what);
        }
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".js") || name.endsWith(".mjs")) {
            return List.of(script(file));
        }
        throw new CliException(
                ExitCode.USAGE, "usage", Invocation.show(file) + ": a policy is a .js file; this is neither");
    }

    /** By name or by file: what holds a slash or a dot is a file. */
    static PolicyUnit named(String text) throws CliException {
        Optional<Policy> builtin = BuiltinPolicies.named(text);
        if (builtin.isPresent()) {
            return new BuiltinUnit(builtin.get());
        }
        Path file = Path.of(text);
        if (text.contains("/") || text.contains(".") || Files.exists(file)) {
            List<PolicyUnit> units = open(file);
            if (units.size() != 1) {
                units.forEach(PolicyUnit::close);
                throw CliException.usage(Invocation.show(file) + ": holds " + units.size() + " policies, not one");
            }
            return units.getFirst();
        }
        List<String> known = BuiltinPolicies.all().stream().map(Policy::name).toList();
        throw CliException.usage("no policy '" + text + "': give a file, or one of " + String.join(", ", known)
                + "; did you mean '" + Nearest.of(text, known) + "'?");
    }

    private static PolicyUnit script(Path file) {
        throw new PolicyFailure(PolicyFailure.Kind.INVALID, file + ": JavaScript is not there yet");
    }
}
