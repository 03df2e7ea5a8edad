package dev.nowake.agent.decide;

import dev.nowake.model.FileId;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A policy that behaves as the words in its file say: {@code NAME BEHAVIOUR}. It behaves well in a rehearsal, whose model is
 * called "example-8b".
 */
final class FakeUnit implements PolicyUnit, Policy {
    /** Calls of all fakes, but for rehearsals. */
    static final AtomicInteger CALLS = new AtomicInteger();

    static final AtomicInteger CLOSED = new AtomicInteger();

    /** What "wait" waits for. */
    static volatile CountDownLatch gate = new CountDownLatch(0);

    private final String origin;
    private final String name;
    private final Function<PolicyInput, List<Step>> behaviour;
    private volatile Thread caller;
    private volatile Consumer<String> log = line -> {};

    FakeUnit(String origin, String name, String behaviour) {
        this.origin = origin;
        this.name = name;
        this.behaviour = behaviour(behaviour);
    }

    /** As a {@link PolicyLoader}. */
    static PolicyLoader.Loaded load(Path file) {
        try {
            List<PolicyUnit> units = new ArrayList<>();
            Set<Path> imports = new HashSet<>();
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("import ")) {
                    Path imported = file.resolveSibling(line.substring(7));
                    imports.add(imported);
                    line = Files.readString(imported);
                }
                String[] words = line.split(" ");
                if (words.length != 2) {
                    throw new PolicyFailure(PolicyFailure.Kind.INVALID, file + ":1: not a fake: " + line);
                }
                units.add(new FakeUnit(file.toString(), words[0], words[1]));
            }
            return new PolicyLoader.Loaded(units, imports);
        } catch (IOException gone) {
            throw new PolicyFailure(PolicyFailure.Kind.INVALID, file + ": " + gone);
        }
    }

    private Function<PolicyInput, List<Step>> behaviour(String word) {
        return switch (word) {
            case "steps" -> input -> List.of(step(input, 0));
            case "priorities" ->
                input -> List.of(step(input, 0), step(input, 5), step(input, -1), step(input, 5), step(input, 0));
            case "throw" ->
                input -> {
                    throw new IllegalStateException("broken\nsecond line");
                };
            case "error" ->
                input -> {
                    throw new StackOverflowError();
                };
            case "null" -> input -> null;
            case "many" -> input -> java.util.Collections.nCopies(10_000_000, step(input, 0));
            case "hang" -> input -> hang();
            case "pause" -> input -> pause(input);
            case "starve" -> input -> starve(input);
            case "ignore" -> input -> ignoreStop();
            case "allocate" -> input -> allocate();
            case "wait" -> input -> await(gate);
            case "log" ->
                input -> {
                    for (int i = 0; i < 100; i++) {
                        log.accept("line " + i);
                    }
                    return List.of();
                };
            case "count" ->
                input -> {
                    long seen = input.state().get("calls") instanceof Long calls ? calls : 0;
                    return List.of(new Step.Remember(Map.of("calls", seen + 1), ""), step(input, (int) seen + 1));
                };
            case "big" -> input -> List.of(new Step.Remember(Map.of("text", "x".repeat(70_000)), ""));
            default -> throw new PolicyFailure(PolicyFailure.Kind.INVALID, origin + ":1: unknown behaviour " + word);
        };
    }

    private static Step step(PolicyInput input, int priority) {
        FileId file = input.model() == null
                ? new FileId(9, 9)
                : input.model().shards().getFirst().id();
        return new Step.Prefetch(file, 0, Step.WHOLE, dev.nowake.policy.Node.READER, priority, "wanted");
    }

    private static List<Step> hang() {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException stopped) {
            throw new PolicyFailure(PolicyFailure.Kind.THROWN, "fake.js:7: stopped");
        }
        return List.of();
    }

    /** As on a host where others have the processor for a while. */
    private static List<Step> pause(PolicyInput input) {
        try {
            Thread.sleep(40);
        } catch (InterruptedException stopped) {
            throw new PolicyFailure(PolicyFailure.Kind.THROWN, "fake.js:8: stopped");
        }
        return List.of(step(input, 0));
    }

    /** As on a host where others have the processor for long: it would run all the time, and does not. */
    private static List<Step> starve(PolicyInput input) {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SourceChannel end = pipe.source();
                    Pipe.SinkChannel start = pipe.sink()) {
                CompletableFuture.delayedExecutor(150, TimeUnit.MILLISECONDS).execute(() -> {
                    try {
                        start.write(ByteBuffer.allocate(1));
                    } catch (IOException closed) {
                        throw new UncheckedIOException(closed);
                    }
                });
                end.read(ByteBuffer.allocate(1)); // to Java a thread that runs
            }
        } catch (IOException stopped) {
            throw new PolicyFailure(PolicyFailure.Kind.THROWN, "fake.js:9: stopped");
        }
        return List.of(step(input, 0));
    }

    /** Ends after eight seconds, so that no test leaves a busy thread behind for long. */
    private static List<Step> ignoreStop() {
        long end = System.nanoTime() + 8_000_000_000L;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return List.of();
    }

    private static List<Step> allocate() {
        byte[] much = new byte[70 << 20];
        hang();
        return List.of(step(null, much.length));
    }

    private static List<Step> await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return List.of();
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        if (input.model() == null || input.model().name().equals("example-8b")) {
            return List.of();
        }
        CALLS.incrementAndGet();
        caller = Thread.currentThread();
        try {
            return behaviour.apply(input);
        } finally {
            caller = null;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of("window", new Argument.Size(1 << 20));
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Policy policy() {
        return this;
    }

    @Override
    public boolean isTrusted() {
        return false;
    }

    @Override
    public void logTo(Consumer<String> lines) {
        log = lines;
    }

    @Override
    public void stopCall(String why) {
        Thread calling = caller;
        if (calling != null) {
            calling.interrupt();
        }
    }

    @Override
    public void close() {
        CLOSED.incrementAndGet();
    }
}
