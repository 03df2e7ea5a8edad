package dev.nowake.agent.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verbs about policies. */
@Command(
        name = "policy",
        description = "Lists, enables, checks, tries and starts policies.",
        synopsisSubcommandLabel = "VERB")
final class PolicyVerb implements Callable<Integer> {
    private static final Map<String, Function<Invocation, Callable<Integer>>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("list", PolicyListVerb::new);
        ALL.put("enable", PolicyEnableVerb::new);
        ALL.put("check", PolicyCheckVerb::new);
        ALL.put("test", PolicyTestVerb::new);
        ALL.put("new", PolicyNewVerb::new);
    }

    @Spec
    private CommandSpec spec;

    PolicyVerb(Invocation invocation) {
        // it does nothing itself; its verbs get the invocation
    }

    static void addTo(CommandLine policy, Invocation invocation) {
        ALL.forEach((name, verb) -> policy.addSubcommand(name, verb.apply(invocation)));
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "which verb? " + String.join(", ", ALL.keySet()));
    }
}
