package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine stepped by hand, and its life on a thread. */
@Timeout(20)
class EngineTest {
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Engine engine = new Engine(failures::add);

    @Test
    void tasksRunInTheOrderTheyWereHandedOver() {
        engine.submit(does("a"));
        engine.submit(does("b"));
        engine.submit(does("c"));
        assertThat(engine.doWork(0)).isEqualTo(3);
        assertThat(done).containsExactly("a", "b", "c");
        assertThat(engine.doWork(0)).isZero();
    }

    @Test
    void theAgendaGoesByTimeThenByOrderOfEntry() {
        long now = System.nanoTime();
        engine.at(now - 10, does("second"));
        engine.at(now - 20, does("first"));
        engine.at(now - 10, does("third"));
        engine.at(now + 3_600_000_000_000L, does("in an hour"));
        engine.submit(does("handed over"));
        assertThat(engine.doWork(0)).isEqualTo(4);
        assertThat(done).containsExactly("handed over", "first", "second", "third");
    }

    @Test
    void itWaitsForWhatIsDueNotForItsPatience() {
        engine.at(System.nanoTime() + 20_000_000L, does("soon"));
        while (done.isEmpty()) {
            engine.doWork(Long.MAX_VALUE);
        }
        assertThat(done).containsExactly("soon");
    }

    @Test
    void aFailingTaskEndsNeitherTheEngineNorTheStep() {
        engine.submit(() -> {
            throw new IllegalStateException("broken");
        });
        engine.submit(() -> {
            throw new StackOverflowError();
        });
        engine.submit(does("next"));
        engine.at(System.nanoTime(), () -> {
            throw new IllegalArgumentException("late");
        });
        engine.at(System.nanoTime(), does("later"));
        assertThat(engine.doWork(0)).isEqualTo(5);
        assertThat(done).containsExactly("next", "later");
        assertThat(failures)
                .hasExactlyElementsOfTypes(
                        IllegalStateException.class, StackOverflowError.class, IllegalArgumentException.class);
    }

    @Test
    void aFloodOfTasksDoesNotStarveTheAgenda() {
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            done.add("flood");
            engine.submit(again[0]);
        };
        engine.submit(again[0]);
        engine.at(System.nanoTime() - 1, does("due"));
        engine.doWork(0);
        assertThat(done).containsExactly("flood", "due");
    }

    @Test
    void stopEndsItAfterTheTaskUnderWay() throws InterruptedException {
        engine.submit(() -> {
            engine.stop();
            done.add("under way");
        });
        engine.submit(does("never"));
        engine.at(System.nanoTime() - 1, does("never due"));
        Thread thread = Thread.ofPlatform().start(engine);
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(done).containsExactly("under way");
    }

    @Test
    void stopWakesAnEngineThatWaits() throws InterruptedException {
        Thread thread = Thread.ofPlatform().start(engine);
        engine.stop();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    private Runnable does(String name) {
        return () -> done.add(name);
    }
}
