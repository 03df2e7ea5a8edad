package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.trust.FileTrust;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Trigger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever policies do, whoever asks is answered, once. */
class AnsweredOncePropertyTest {
    private static final String[] POLICIES = {
        "steps steps", "throws throw", "hangs hang", "nothing null", "bomb allocate", "errs error", "counts count"
    };

    record Ask(String policy, Hook hook, Trigger trigger, int pauseMicros) {}

    @Provide
    Arbitrary<List<Ask>> asks() {
        Arbitrary<String> names =
                Arbitraries.of("steps", "throws", "hangs", "nothing", "bomb", "errs", "counts", "gone", "none");
        Arbitrary<Ask> ask = Combinators.combine(
                        names,
                        Arbitraries.of(Hook.class),
                        Arbitraries.of(Trigger.OPEN, Trigger.TICK, Trigger.PROGRESS),
                        Arbitraries.integers().between(0, 500))
                .as(Ask::new);
        return ask.list().ofMinSize(1).ofMaxSize(150);
    }

    @Property(tries = 15)
    void thenIsCalledExactlyOnce(@ForAll("asks") List<Ask> asks, @ForAll boolean swapMeanwhile) throws Exception {
        Path folder = Files.createTempDirectory("nowake-asks");
        try (Stage stage = new Stage(folder, POLICIES)) {
            AtomicIntegerArray answers = new AtomicIntegerArray(asks.size());
            CountDownLatch all = new CountDownLatch(asks.size());
            for (int i = 0; i < asks.size(); i++) {
                int number = i;
                Ask ask = asks.get(i);
                stage.decider.ask(
                        Stage.assign(ask.policy()), ask.hook(), Stage.input(ask.trigger()), stage.engine, plan -> {
                            answers.incrementAndGet(number);
                            all.countDown();
                        });
                TimeUnit.MICROSECONDS.sleep(ask.pauseMicros());
                if (swapMeanwhile && i == asks.size() / 2) {
                    stage.write("steps.js", "steps priorities");
                    stage.registry.load(new PolicyFolders(
                                    List.of(stage.policies), java.util.Set.of(".js"), FileTrust.ofThisProcess())
                            .look());
                }
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).as("all answered").isTrue();
            stage.registry.close(); // no policy's thread is left that could answer again
            drain(stage.engine);
            for (int i = 0; i < asks.size(); i++) {
                assertThat(answers.get(i)).as("answers to %s", asks.get(i)).isEqualTo(1);
            }
        } finally {
            delete(folder);
        }
    }

    private static void drain(ExecutorService engine) throws Exception {
        engine.submit(() -> {}).get(10, TimeUnit.SECONDS);
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
