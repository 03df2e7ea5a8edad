package dev.nowake.agent.trace;

import dev.nowake.kernel.PathBytes;
import dev.nowake.policy.builtin.ReplayPolicy;
import dev.nowake.policy.builtin.ReplayStep;
import dev.nowake.policy.builtin.TraceSource;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceMerger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Recorded loads for the replay policy, from memory. Files are read, and looked at again, on a thread of its own: a trace is
 * known once it was prepared or a moment after it was first asked for. Thread-safe.
 */
public final class ReplaySource implements TraceSource {
    /** A trace recorded anew is taken up this late. */
    private static final long AGE_NANOS = 2_000_000_000L;

    private static final long SECOND = 1_000_000_000L;

    private record Known(List<ReplayStep> steps, String problem, long lookedNanos) {}

    private final TraceFiles files = new TraceFiles();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Future<?>> looking = new ConcurrentHashMap<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("nowake-traces").daemon().factory());
    private volatile Consumer<String> problems = problem -> {};

    /** {@code problems} is told, once each, why a trace cannot be replayed. */
    public void tellProblems(Consumer<String> problems) {
        this.problems = problems;
    }

    @Override
    public Optional<List<ReplayStep>> read(String path) {
        Known now = known.get(path);
        if (now == null || System.nanoTime() - now.lookedNanos() > AGE_NANOS) {
            look(path);
        }
        return now == null || now.steps().isEmpty() ? Optional.empty() : Optional.of(now.steps());
    }

    /** Reads those that a policy's arguments name, waiting two seconds for each at most. */
    public void prepare(Collection<Map<String, Object>> arguments) {
        for (Map<String, Object> args : arguments) {
            if (args.get(ReplayPolicy.TRACE) instanceof String path) {
                prepare(path);
            }
        }
    }

    private void prepare(String path) {
        try {
            look(path).get(2 * SECOND, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException later) {
            return; // it is taken up when it is there
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private Future<?> look(String path) {
        return looking.computeIfAbsent(
                path,
                missing -> thread.submit(() -> {
                    Known before = known.get(path);
                    Known now = looked(path);
                    known.put(path, now);
                    looking.remove(path);
                    if (now.problem() != null
                            && (before == null || !now.problem().equals(before.problem()))) {
                        problems.accept(now.problem());
                    }
                }));
    }

    private Known looked(String path) {
        Optional<Trace> trace = files.read(path);
        String problem = trace.isEmpty() ? files.problem(path) : otherVersion(path, trace.get());
        List<ReplayStep> steps = problem == null ? steps(trace.orElseThrow()) : List.of();
        return new Known(steps, problem, System.nanoTime());
    }

    /** Null where every file is the one that was recorded. */
    private static String otherVersion(String path, Trace trace) {
        for (TraceFile file : trace.files()) {
            try {
                BasicFileAttributes now =
                        Files.readAttributes(PathBytes.path(file.name().bytes()), BasicFileAttributes.class);
                String differs = file.difference(now.size(), nanos(now.lastModifiedTime()));
                if (differs != null) {
                    return path + ": is of another version of " + file.name().text() + ": " + differs;
                }
            } catch (IOException gone) {
                return path + ": speaks of " + file.name().text() + ", which is not there";
            }
        }
        return null;
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    /** A trace's accesses in order, those that continue each other made one, whoever made them. */
    public static List<ReplayStep> steps(Trace trace) {
        List<Access> anybodys =
                trace.accesses().stream().map(ReplaySource::anybodys).toList();
        return TraceMerger.merge(anybodys).stream()
                .map(access -> step(trace, access))
                .toList();
    }

    private static Access anybodys(Access access) {
        return new Access(
                access.file(),
                access.offsetBytes(),
                access.lengthBytes(),
                access.node(),
                access.timeNanos(),
                Access.UNKNOWN);
    }

    private static ReplayStep step(Trace trace, Access access) {
        String path = trace.files().get(access.file()).name().text();
        return new ReplayStep(path, access.offsetBytes(), access.lengthBytes(), access.node());
    }
}
