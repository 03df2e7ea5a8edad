package dev.nowake.agent.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Every verb, in the order help shows them. A verb's class is loaded when its name is on the command line. */
final class Verbs {
    private static final Map<String, Function<Invocation, Callable<Integer>>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("run", RunVerb::new);
        ALL.put("status", StatusVerb::new);
        ALL.put("journal", JournalVerb::new);
        ALL.put("reload", ReloadVerb::new);
        ALL.put("top", TopVerb::new);
        ALL.put("explain", ExplainVerb::new);
        ALL.put("mirror", MirrorVerb::new);
        ALL.put("pause", PauseVerb::new);
        ALL.put("resume", ResumeVerb::new);
        ALL.put("keep", KeepVerb::new);
        ALL.put("unkeep", UnkeepVerb::new);
        ALL.put("enforce", EnforceVerb::new);
        ALL.put("observe", ObserveVerb::new);
        ALL.put("config", ConfigVerb::new);
        ALL.put("residency", ResidencyVerb::new);
        ALL.put("prefetch", PrefetchVerb::new);
        ALL.put("evict", EvictVerb::new);
        ALL.put("inspect", InspectVerb::new);
        ALL.put("stage", StageVerb::new);
        ALL.put("pack", PackVerb::new);
        ALL.put("trace", TraceVerb::new);
        ALL.put("report", ReportVerb::new);
        ALL.put("policy", PolicyVerb::new);
        ALL.put("doctor", DoctorVerb::new);
        ALL.put("demo", DemoVerb::new);
    }

    private Verbs() {}

    /**
     * The verbs that the arguments may mean: those whose names occur, which may be one too many where an option's value is a
     * verb's name, or all when none does, so that help and the message about a typo can list them.
     */
    static Map<String, Function<Invocation, Callable<Integer>>> mentionedIn(String[] arguments) {
        Map<String, Function<Invocation, Callable<Integer>>> mentioned = new LinkedHashMap<>();
        for (String argument : arguments) {
            Function<Invocation, Callable<Integer>> verb = ALL.get(argument);
            if (verb != null) {
                mentioned.put(argument, verb);
            }
        }
        return mentioned.isEmpty() ? ALL : mentioned;
    }
}
