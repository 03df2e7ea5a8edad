package dev.nowake.agent.cli;

import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.JournalReader;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.builtin.MirrorLruPolicy;
import dev.nowake.policy.sim.HookCall;
import dev.nowake.policy.sim.MirrorResult;
import dev.nowake.policy.sim.MirrorSimulation;
import dev.nowake.policy.sim.ModelLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a policy would have kept on a mirror's disk, had a journal's loads gone through one: beside {@code mirror-lru}. */
final class PolicyDiskTrial {
    private final Invocation invocation;
    private final Path journal;
    private final long budgetBytes;

    PolicyDiskTrial(Invocation invocation, Path journal, long budgetBytes) {
        this.invocation = invocation;
        this.journal = journal;
        this.budgetBytes = budgetBytes;
    }

    int run(String policy, List<String> given) throws CliException {
        List<ModelLoad> loads = loads();
        List<MirrorResult> results = new ArrayList<>();
        try (WatchedCalls calls = new WatchedCalls(PolicySource.named(policy))) {
            Policy tested = calls.unit().policy();
            results.add(MirrorSimulation.run(loads, budgetBytes, tested, GivenArguments.of(tested, given), calls));
        } catch (PolicyFailure unloadable) {
            throw new CliException(ExitCode.FAILED, "bad_policy", unloadable.getMessage(), unloadable);
        }
        MirrorResult tested = results.getFirst();
        if (!tested.policy().equals(MirrorLruPolicy.NAME)) {
            results.add(MirrorSimulation.run(loads, budgetBytes, new MirrorLruPolicy(), Map.of(), HookCall.DIRECT));
        }
        print(loads, results);
        tested.failures().forEach(invocation::warn);
        if (tested.refusedSteps() > 0) {
            invocation.warn(tested.refusedSteps() + " steps were refused; 'policy check' says why");
        }
        return tested.failedCalls() == 0 ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    /** A load is a line {@code begin}; it ends with its line {@code done}, or at once where there is none. */
    private List<ModelLoad> loads() throws CliException {
        Map<String, ModelLoad> loads = new LinkedHashMap<>();
        try (JournalReader reader = new JournalReader(journal, null)) {
            if (!Files.exists(journal)) {
                throw new NoSuchFileException(journal.toString());
            }
            for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                String number = entry.run() + "/" + entry.load();
                if (entry.time() == null) {
                    continue;
                }
                double at = seconds(entry.time());
                if (entry.lineKind() == LineKind.BEGIN) {
                    long bytes = Math.max(0, entry.number("sizeBytes", 0));
                    loads.put(number, new ModelLoad(entry.text("model"), bytes, at, at));
                } else if (entry.lineKind() == LineKind.DONE) {
                    loads.computeIfPresent(number, (same, begun) -> ended(begun, at));
                }
            }
        } catch (IOException unreadable) {
            throw CliException.of(journal, unreadable);
        }
        if (loads.isEmpty()) {
            throw new CliException(
                    ExitCode.FAILED,
                    "bad_trace",
                    Invocation.show(journal) + ": no loads in it: give a daemon's journal, such as"
                            + " /var/lib/nowake/journal.jsonl");
        }
        return List.copyOf(loads.values());
    }

    private static ModelLoad ended(ModelLoad begun, double at) {
        double until = Math.max(begun.atSeconds(), at);
        return new ModelLoad(begun.model(), begun.sizeBytes(), begun.atSeconds(), until);
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / 1e9;
    }

    private void print(List<ModelLoad> loads, List<MirrorResult> results) {
        long models = loads.stream().map(ModelLoad::model).distinct().count();
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.object(
                                    "loads",
                                    of -> of.path(journal)
                                            .number("loads", loads.size())
                                            .number("models", models)
                                            .number("budgetBytes", budgetBytes))
                            .array("results", results, result -> write(json, result)));
            return;
        }
        invocation
                .out()
                .println(Invocation.show(journal) + ": " + loads.size() + " loads of " + models + " models, "
                        + Sizes.of(results.getFirst().loadedBytes()));
        invocation.out().println();
        TextTable table = new TextTable("policy", ">from disk", ">fetched", ">evictions", ">evicted", ">without room");
        for (MirrorResult result : results) {
            table.row(
                    Line.of(result.policy()),
                    Sizes.percent(result.fromDisk(), result.loads()) + " %",
                    Sizes.of(result.fetchedBytes()),
                    Integer.toString(result.evictions()),
                    Sizes.of(result.evictedBytes()),
                    Integer.toString(result.withoutRoom()));
        }
        table.print(invocation.out());
    }

    private static void write(JsonOutput json, MirrorResult result) {
        json.text("policy", result.policy())
                .number("loads", result.loads())
                .number("fromDisk", result.fromDisk())
                .number("loadedBytes", result.loadedBytes())
                .number("fetchedBytes", result.fetchedBytes())
                .number("evictions", result.evictions())
                .number("evictedBytes", result.evictedBytes())
                .number("withoutRoom", result.withoutRoom())
                .number("refusedSteps", result.refusedSteps())
                .number("calls", result.calls())
                .number("failedCalls", result.failedCalls());
    }
}
