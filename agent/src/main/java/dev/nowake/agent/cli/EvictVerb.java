package dev.nowake.agent.cli;

import dev.nowake.agent.execute.EvictAttempt;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.Refusal;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drops files from page cache, or models from a mirror's disk. */
@Command(
        name = "evict",
        description =
                "Drops model files from page cache, or mirrored models from the local disk, and says what stayed and"
                        + " why.")
final class EvictVerb implements Callable<Integer> {
    /** Where something is evicted from. */
    enum Tier {
        memory,
        disk
    }

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files, or folders searched for model files; of a mirror's disk also a model's name.")
    private List<String> paths;

    @Option(
            names = "--tier",
            paramLabel = "memory|disk",
            defaultValue = "memory",
            description =
                    "memory: page cache, done here; disk: a mirror's local disk, whole models that nobody has open,"
                            + " done by the running daemon (default: ${DEFAULT-VALUE}).")
    private Tier tier;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How long to try again while pages are dirty or busy (default: ${DEFAULT-VALUE}).")
    private double waitSeconds;

    private final Invocation invocation;
    private final List<Done> done = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private CliException firstFailure;
    private int failures;

    private record Done(Path path, EvictOutcome outcome) {}

    private record Pending(Path path, OpenFile file, EvictAttempt attempt) {}

    private record Refused(Path path, Refusal reason, long bytes) {}

    EvictVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if (!(waitSeconds >= 0 && waitSeconds <= 3600)) {
            throw CliException.usage("--wait takes 0 to 3600 seconds");
        }
        if (tier == Tier.disk) {
            return new DiskEvictRun(invocation).run(paths);
        }
        Evictor evictor = new Evictor(invocation.kernel(), invocation.mappings());
        List<FoundFile> files = Targets.find(invocation, paths).files();
        long deadline = System.nanoTime() + (long) (waitSeconds * TimeUnit.SECONDS.toNanos(1));
        try {
            for (FoundFile file : files) {
                begin(evictor, file, deadline);
            }
            while (!pending.isEmpty()) {
                stepAll();
            }
        } finally {
            pending.forEach(left -> left.file().close());
        }
        if (firstFailure != null) {
            CliException failure = firstFailure.andMore(failures - 1);
            if (done.isEmpty()) {
                throw failure;
            }
            invocation.warn(failure.getMessage());
        }
        List<Refused> refused = refused();
        if (!refused.isEmpty()) {
            invocation.warn(advice(refused));
        }
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), this::write);
        } else {
            print();
        }
        return failures > 0 || !refused.isEmpty() ? ExitCode.PARTLY_DONE : ExitCode.DONE;
    }

    private void begin(Evictor evictor, FoundFile file, long deadline) throws CliException {
        try {
            OpenFile open = invocation.kernel().files().open(file.path());
            boolean kept = false;
            try {
                EvictAttempt attempt = evictor.begin(open, file.id(), RangeSet.between(0, Long.MAX_VALUE), deadline);
                if (attempt.step(System.nanoTime()) == EvictAttempt.DONE) {
                    done.add(new Done(file.path(), attempt.outcome()));
                } else {
                    pending.add(new Pending(file.path(), open, attempt));
                    kept = true;
                }
            } finally {
                if (!kept) {
                    open.close();
                }
            }
        } catch (IOException e) {
            failed(file.path(), e);
        }
    }

    private void failed(Path path, IOException e) {
        CliException failure = CliException.of(path, e);
        firstFailure = firstFailure == null ? failure : firstFailure;
        failures++;
    }

    private void stepAll() {
        long soonest = EvictAttempt.DONE;
        for (Pending each : List.copyOf(pending)) {
            long next;
            try {
                next = each.attempt().step(System.nanoTime());
                if (next == EvictAttempt.DONE) {
                    done.add(new Done(each.path(), each.attempt().outcome()));
                }
            } catch (IOException e) {
                failed(each.path(), e);
                next = EvictAttempt.DONE;
            }
            if (next == EvictAttempt.DONE) {
                each.file().close();
                pending.remove(each);
            }
            soonest = Math.min(soonest, next);
        }
        if (!pending.isEmpty()) {
            LockSupport.parkNanos(Math.max(0, soonest - System.nanoTime()));
        }
    }

    private List<Refused> refused() {
        List<Refused> refused = new ArrayList<>();
        for (Done each : done) {
            for (Map.Entry<Refusal, Long> reason : each.outcome().refused().entrySet()) {
                refused.add(new Refused(each.path(), reason.getKey(), reason.getValue()));
            }
        }
        return refused;
    }

    private long evictedBytes() {
        return done.stream().mapToLong(each -> each.outcome().evictedBytes()).sum();
    }

    /** Negative as soon as one file's is unknown. */
    private long residentBytes() {
        boolean known = done.stream().allMatch(each -> each.outcome().residentBytes() >= 0);
        return known
                ? done.stream()
                        .mapToLong(each -> each.outcome().residentBytes())
                        .sum()
                : -1;
    }

    private void write(JsonOutput json) {
        json.number("evictedBytes", evictedBytes())
                .bytesOrNull("residentBytes", residentBytes())
                .array(
                        "refused",
                        refused(),
                        each -> json.path(each.path())
                                .text("reason", each.reason().label())
                                .number("bytes", each.bytes()));
    }

    private void print() {
        long resident = residentBytes();
        invocation
                .out()
                .println("evicted " + Sizes.of(evictedBytes()) + ", still resident "
                        + (resident < 0 ? "unknown" : Sizes.of(resident)));
        List<Refused> refused = refused();
        if (!refused.isEmpty()) {
            TextTable table = new TextTable(">STAYED", "WHY", "FILE");
            refused.forEach(
                    each -> table.row(Sizes.of(each.bytes()), each.reason().label(), Invocation.show(each.path())));
            table.print(invocation.out());
        }
        invocation.out().flush();
    }

    private static String advice(List<Refused> refused) {
        return switch (refused.getFirst().reason()) {
            case MAPPED -> "pages stay while a process maps them: try again when it has ended";
            case DIRTY -> "dirty pages stay until they are written: try again, or wait longer with --wait";
            case BUSY -> "pages were in use: try again";
        };
    }
}
