package dev.nowake.agent.cli;

import dev.nowake.agent.config.Nearest;
import dev.nowake.agent.decide.ForeignLoad;
import dev.nowake.agent.decide.PolicyLoader;
import dev.nowake.agent.decide.PolicySources;
import dev.nowake.agent.trace.ReplaySource;
import dev.nowake.agent.trace.TraceFiles;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.builtin.BuiltinUnit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Where a verb finds the policy somebody names: one that comes with nowake, or a file. */
final class PolicySource {
    /** A first script takes most of a second, on a busy host a few; after this it never comes. */
    private static final long LOAD_SECONDS = 10;

    private static final TraceFiles TRACES = new TraceFiles();

    /** Recorded loads are tried on the load they are of, wherever its files are now. */
    private static final PolicySources SOURCES =
            PolicySources.of(List.of(), path -> TRACES.read(path).map(ReplaySource::steps));

    private PolicySource() {}

    /** The names that come with nowake. */
    static Set<String> known() {
        Set<String> names = new TreeSet<>(SOURCES.shipped().keySet());
        SOURCES.builtin().forEach(policy -> names.add(policy.name()));
        return names;
    }

    /** The policies of a file. Throws {@link PolicyFailure}, with file and line where known, if they cannot be loaded. */
    static List<PolicyUnit> open(Path file) throws CliException {
        if (!Files.exists(file)) {
            throw new CliException(ExitCode.FAILED, "not_found", Invocation.show(file) + ": no such file");
        }
        if (Files.isDirectory(file)) {
            throw CliException.usage(Invocation.show(file) + ": is a folder; name a policy's file in it");
        }
        PolicyLoader loader = loader(file);
        return ForeignLoad.within(LOAD_SECONDS, file.toString(), () -> loader.load(file))
                .units();
    }

    /** By name, or by file. */
    static PolicyUnit named(String text) throws CliException {
        for (Policy policy : SOURCES.builtin()) {
            if (policy.name().equals(text)) {
                return new BuiltinUnit(policy);
            }
        }
        if (SOURCES.shipped().containsKey(text)) {
            return SOURCES.shipped().get(text).get();
        }
        Path file = Path.of(text);
        if (!text.contains("/") && !text.contains(".") && !Files.exists(file)) {
            throw CliException.usage("no policy '" + text + "': give a file, or one of " + String.join(", ", known())
                    + "; did you mean '" + Nearest.of(text, List.copyOf(known())) + "'?");
        }
        List<PolicyUnit> units = open(file);
        if (units.size() != 1) {
            units.forEach(PolicyUnit::close);
            throw CliException.usage(
                    Invocation.show(file) + ": holds " + units.size() + " policies; only one can be tried");
        }
        return units.getFirst();
    }

    private static PolicyLoader loader(Path file) throws CliException {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        PolicyLoader loader = dot < 0 ? null : SOURCES.loaders().get(name.substring(dot));
        if (loader == null) {
            throw CliException.usage(Invocation.show(file) + ": is no policy; a policy's file ends in "
                    + String.join(" or ", new TreeSet<>(SOURCES.loaders().keySet())));
        }
        return loader;
    }
}
