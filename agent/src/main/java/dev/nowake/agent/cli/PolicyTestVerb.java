package dev.nowake.agent.cli;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.builtin.BuiltinPolicies;
import dev.nowake.policy.sim.HookCall;
import dev.nowake.policy.sim.HostSpec;
import dev.nowake.policy.sim.Recording;
import dev.nowake.policy.sim.Simulation;
import dev.nowake.policy.sim.SimulationResult;
import dev.nowake.policy.sim.StorageSpec;
import dev.nowake.policy.trace.TraceException;
import dev.nowake.policy.trace.TraceFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs a recorded load on a simulated host: with the policy, without any, and with the default one. Or a journal's loads
 * through a simulated mirror: with the policy, and with {@code mirror-lru}.
 */
@Command(
        name = "test",
        description =
                "Replays a recorded load against a simulated host, or a journal's loads through a simulated mirror, and"
                        + " compares the policy with others.",
        sortOptions = false)
final class PolicyTestVerb implements Callable<Integer> {
    private static final List<String> BESIDE = List.of("none", "load-and-release");

    @Parameters(paramLabel = "FILE|NAME", description = "A policy's file, or the name of one that comes with nowake.")
    private String policy;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "The recorded load: JSON lines of 'trace record', or maio's 'path offset length node'.")
    private Path trace;

    @Option(
            names = "--loads",
            paramLabel = "FILE",
            description = "Instead of a trace: the loads of a daemon's journal, through a mirror with --budget.")
    private Path loads;

    @Option(
            names = "--budget",
            paramLabel = "SIZE",
            converter = SizeText.class,
            description = "What the mirror of --loads may take of its disk.")
    private Long budgetBytes;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = SizeText.class,
            defaultValue = "16GiB",
            description = "The host's memory (default: 16GiB).")
    private long memoryBytes;

    @Option(
            names = "--storage",
            paramLabel = "RATE,LATENCY",
            converter = StorageText.class,
            defaultValue = "1GB/s,2ms",
            description = "What its storage does (default: 1GB/s,2ms; a third part is the requests it takes at once,"
                    + " default: 32).")
    private StorageSpec storage;

    @Option(
            names = "--read-ahead",
            paramLabel = "SIZE",
            converter = SizeText.class,
            defaultValue = "128KiB",
            description = "The kernel's largest read-ahead window, 128KiB to 8MiB (default: 128KiB).")
    private long readAheadBytes;

    @Option(names = "--arg", paramLabel = "NAME=VALUE", description = "An argument of the policy; repeatable.")
    private List<String> given = List.of();

    private final Invocation invocation;

    PolicyTestVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if ((trace == null) == (loads == null)) {
            throw CliException.usage("give --trace FILE, or --loads FILE with --budget SIZE");
        }
        if ((loads == null) != (budgetBytes == null)) {
            throw CliException.usage("--loads FILE and --budget SIZE belong together");
        }
        if (loads != null) {
            return new PolicyDiskTrial(invocation, loads, budgetBytes).run(policy, given);
        }
        Recording recording = recording();
        HostSpec host = host();
        List<SimulationResult> results = new ArrayList<>();
        try (WatchedCalls calls = new WatchedCalls(PolicySource.named(policy))) {
            Policy tested = calls.unit().policy();
            results.add(run(recording, host, tested, GivenArguments.of(tested, given), calls));
        } catch (PolicyFailure unloadable) {
            throw new CliException(ExitCode.FAILED, "bad_policy", unloadable.getMessage(), unloadable);
        }
        for (String name : BESIDE) {
            Policy other = BuiltinPolicies.named(name).orElseThrow();
            if (!other.name().equals(results.getFirst().policy())) {
                results.add(run(recording, host, other, other.defaults(), HookCall.DIRECT));
            }
        }
        print(recording, results);
        SimulationResult tested = results.getFirst();
        tested.failures().forEach(invocation::warn);
        if (tested.refusedSteps() > 0) {
            invocation.warn(tested.refusedSteps() + " steps were refused; 'policy check' says why");
        }
        return tested.failedCalls() == 0 ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private static SimulationResult run(
            Recording recording, HostSpec host, Policy policy, Map<String, Object> args, HookCall call) {
        return Simulation.run(recording, host, policy, args, call);
    }

    private Recording recording() throws CliException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(trace))) {
            return Recording.of(TraceFormat.read(in));
        } catch (TraceException | IllegalArgumentException broken) {
            throw new CliException(
                    ExitCode.FAILED, "bad_trace", Invocation.show(trace) + ": " + broken.getMessage(), broken);
        } catch (IOException unreadable) {
            throw CliException.of(trace, unreadable);
        }
    }

    private HostSpec host() throws CliException {
        try {
            return new HostSpec(memoryBytes, storage, readAheadBytes);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(wrong.getMessage());
        }
    }

    private void print(Recording recording, List<SimulationResult> results) {
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.object(
                                    "trace",
                                    of -> of.path(trace)
                                            .number("files", recording.files().size())
                                            .number("sizeBytes", recording.totalBytes())
                                            .number(
                                                    "accesses",
                                                    recording.accesses().size()))
                            .object(
                                    "host",
                                    of -> of.number("memoryBytes", memoryBytes)
                                            .number("storageBytesPerSecond", (long) storage.bytesPerSecond())
                                            .decimal("storageLatencySeconds", storage.latencyNanos() / 1e9)
                                            .number("storageRequests", storage.requests())
                                            .number("readAheadBytes", readAheadBytes))
                            .array("results", results, result -> write(json, result)));
            return;
        }
        invocation
                .out()
                .println(Invocation.show(trace) + ": " + recording.files().size() + " files, "
                        + Sizes.of(recording.totalBytes()) + ", "
                        + recording.accesses().size() + " accesses");
        invocation.out().println();
        TextTable table = new TextTable(
                "policy",
                ">hit rate",
                ">stall s",
                ">total s",
                ">peak resident",
                ">prefetched",
                ">never used",
                ">read again",
                ">resident at end");
        for (SimulationResult result : results) {
            table.row(
                    Line.of(result.policy()),
                    Sizes.percent(result.hitBytes(), result.readBytes()) + " %",
                    Sizes.digits(result.stallSeconds()),
                    Sizes.digits(result.totalSeconds()),
                    Sizes.of(result.peakResidentBytes()),
                    Sizes.of(result.prefetchedBytes()),
                    Sizes.of(result.neverUsedBytes()),
                    Sizes.of(result.readAgainBytes()),
                    Sizes.of(result.residentAtEndBytes()));
        }
        table.print(invocation.out());
    }

    private static void write(JsonOutput json, SimulationResult result) {
        json.text("policy", result.policy())
                .decimal("hitRate", result.hitRate())
                .decimal("stallSeconds", result.stallSeconds())
                .decimal("totalSeconds", result.totalSeconds())
                .number("readBytes", result.readBytes())
                .number("hitBytes", result.hitBytes())
                .number("peakResidentBytes", result.peakResidentBytes())
                .number("residentAtEndBytes", result.residentAtEndBytes())
                .number("storageBytes", result.storageBytes())
                .number("prefetchedBytes", result.prefetchedBytes())
                .number("neverUsedBytes", result.neverUsedBytes())
                .number("readAgainBytes", result.readAgainBytes())
                .number("evictedBytes", result.evictedBytes())
                .number("reclaimedBytes", result.reclaimedBytes())
                .number("refusedSteps", result.refusedSteps())
                .number("calls", result.calls())
                .number("failedCalls", result.failedCalls());
    }
}
