package dev.nowake.agent.mirror.fill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Readers, streams and a remote as they may come, against the book alone, in a time of its own. */
final class PieceBookPropertyTest {
    private static final int PIECE = 4096;
    private static final int STREAMS = 3;
    private static final long SECOND = 1_000_000_000L;

    enum Deed {
        NEED,
        NEED_FEW,
        EXPECT,
        FORGET,
        TAKE,
        COME,
        COME_ANEW,
        FAIL,
        TIME_OUT,
        WAIT,
        GIVE_UP
    }

    /** What happens, and three numbers that say to what. */
    record Step(Deed deed, int file, int from, int length) {}

    @Provide
    Arbitrary<List<Step>> goodDays() {
        return steps(Arbitraries.of(
                Deed.NEED, Deed.NEED_FEW, Deed.EXPECT, Deed.TAKE, Deed.TAKE, Deed.COME, Deed.COME_ANEW, Deed.WAIT));
    }

    @Provide
    Arbitrary<List<Step>> badDays() {
        return steps(Arbitraries.of(Deed.class));
    }

    private static Arbitrary<List<Step>> steps(Arbitrary<Deed> deeds) {
        Arbitrary<Integer> number = Arbitraries.integers().between(0, 99);
        return Combinators.combine(deeds, number, number, number)
                .as(Step::new)
                .list()
                .ofMaxSize(150);
    }

    /** A host in miniature. */
    private static final class World {
        final PieceBook book =
                new PieceBook(FillSettings.of("paper").withPieceBytes(PIECE), new Backoff(new SplittableRandom(1)));
        final List<PaperTwin> twins = List.of(
                new PaperTwin("a", 10 * PIECE), new PaperTwin("b", 3 * PIECE + 17), new PaperTwin("c", 25 * PIECE));
        /** What each stream does, null where it waits. */
        final Fetch[] streams = new Fetch[STREAMS];

        final Course[] courses = new Course[STREAMS];
        final boolean inCourses;
        final Map<CompletableFuture<Void>, ByteRange> waiting = new HashMap<>();
        final Map<Waiter, Boolean> told = new HashMap<>();
        final Map<String, Integer> fetched = new HashMap<>();
        final Set<CompletableFuture<Void>> failed = new HashSet<>();
        long now = 1;

        World(boolean inCourses) {
            this.inCourses = inCourses;
            for (int i = 0; i < STREAMS; i++) {
                courses[i] = new Course();
                courses[i].waits(true);
            }
        }

        void play(Step step) {
            PaperTwin twin = twins.get(step.file() % twins.size());
            switch (step.deed()) {
                case NEED -> need(twin, range(twin, step.from(), step.length()));
                case NEED_FEW ->
                    need(
                            twin,
                            ByteRange.ofLength(
                                    (long) step.from() * PIECE / 5 % twin.all().end(), 100));
                case EXPECT -> expect(twin, range(twin, step.from(), step.length()));
                case FORGET -> {
                    FileFill file = book.known(twin.id());
                    if (file != null) {
                        book.forget(file);
                        book.tidy(file);
                    }
                }
                case TAKE -> take(step.from());
                case COME -> pick(step.from(), this::come);
                case COME_ANEW -> pick(step.from(), fetch -> book.anew(fetch));
                case FAIL -> pick(step.from(), fetch -> fail(fetch, FailureKind.REMOTE));
                case TIME_OUT -> pick(step.from(), fetch -> fail(fetch, FailureKind.TIMEOUT));
                case GIVE_UP -> waiting.keySet().stream().findFirst().ifPresent(reader -> reader.cancel(false));
                case WAIT -> now += (long) step.from() * step.length() * SECOND / 1000;
            }
        }

        private static ByteRange range(PaperTwin twin, int from, int length) {
            long start = twin.all().end() * from / 100;
            return new ByteRange(start, Math.max(start + 1, twin.all().end() * Math.min(100, from + length) / 100));
        }

        void need(PaperTwin twin, ByteRange range) {
            RangeSet missing = twin.missing(range);
            if (missing.isEmpty()) {
                return;
            }
            CompletableFuture<Void> future = new CompletableFuture<>();
            Fault fault = book.need(book.file(twin, now), range, missing, now, future, 0);
            if (fault == null) {
                waiting.put(future, range);
            }
        }

        void expect(PaperTwin twin, ByteRange range) {
            RangeSet missing = twin.missing(range);
            if (!missing.isEmpty()) {
                book.expect(book.file(twin, now), missing);
            }
        }

        /** A stream takes a piece, where one waits: each that waits is woken, one of them first. */
        boolean take(int first) {
            boolean readersFirst = aReaderCouldBeServed();
            boolean isOneFree = false;
            for (int i = 0; i < STREAMS; i++) {
                int stream = (first + i) % STREAMS;
                if (streams[stream] == null) {
                    isOneFree = true;
                    Fetch fetch = next(courses[stream]);
                    if (fetch != null) {
                        begin(stream, fetch, readersFirst);
                        return true;
                    }
                }
            }
            assertThat(readersFirst && isOneFree && Arrays.stream(streams).allMatch(Objects::isNull))
                    .as("a reader waits and no stream serves it")
                    .isFalse();
            return false;
        }

        private Fetch next(Course course) {
            course.waits(false);
            Fetch fetch = book.next(course, now);
            course.waits(fetch == null);
            return fetch;
        }

        private void begin(int stream, Fetch fetch, boolean readersFirst) {
            assertThat(fetch.isNeeded() || fetch.again() > 0 || !readersFirst || inCourses)
                    .as("readers come first")
                    .isTrue();
            assertThat(streams)
                    .as("one owner")
                    .noneMatch(
                            other -> other != null && other.file() == fetch.file() && other.piece() == fetch.piece());
            if (fetch.isOpening()) {
                book.opened(fetch);
                fetch.file().ends = new OpenEnds(null, null, inCourses);
                fetch.file().isForCourses = inCourses;
            }
            streams[stream] = fetch;
        }

        private boolean aReaderCouldBeServed() {
            for (FileFill file : book.files()) {
                for (Waiter waiter : file.waiters) {
                    for (int piece = 0; piece < 30 && !waiter.future().isDone(); piece++) {
                        if (waiter.awaits(piece) && !file.isBusy(piece)) {
                            return true;
                        }
                    }
                }
            }
            return false;
        }

        private void pick(int which, Consumer<Fetch> what) {
            for (int i = 0; i < STREAMS; i++) {
                int stream = (which + i) % STREAMS;
                Fetch fetch = streams[stream];
                if (fetch != null) {
                    streams[stream] = null;
                    courses[stream].waits(true);
                    what.accept(fetch);
                    return;
                }
            }
        }

        void come(Fetch fetch) {
            for (ByteRange part : fetch.file().twin().missing(fetch.range()).ranges()) {
                fetched.merge(fetch.file().twin().remote() + "@" + part.start() / PIECE, 1, Integer::sum);
                fetch.file().twin().written(part);
            }
            List<Waiter> ready = new ArrayList<>();
            book.done(fetch, ready);
            for (Waiter waiter : ready) {
                assertThat(waiter.fault()).isNull();
                assertThat(waiter.file().twin().missing(waiter.range()).isEmpty())
                        .isTrue();
                assertThat(waiting.remove(waiter.future())).isNotNull();
            }
        }

        void fail(Fetch fetch, FailureKind kind) {
            List<Waiter> ready = new ArrayList<>();
            book.failed(fetch, new Fault(kind, "no"), now, ready);
            for (Waiter waiter : ready) {
                assertThat(waiter.fault()).isNotNull();
                assertThat(waiter.awaits(fetch.piece()))
                        .as("its own piece failed")
                        .isTrue();
                assertThat(waiting.remove(waiter.future())).isNotNull();
                failed.add(waiter.future());
            }
        }

        /** From now on everything works; runs until there is nothing more to do. */
        void settle() {
            for (int rounds = 0; rounds < 10_000; rounds++) {
                while (take(rounds)) {
                    continue;
                }
                long wait = book.waitNanos(now);
                if (Arrays.stream(streams).anyMatch(Objects::nonNull)) {
                    pick(rounds, this::come);
                } else if (wait == Long.MAX_VALUE) {
                    return;
                } else {
                    now += Math.max(wait, 1);
                }
            }
            throw new AssertionError("it never comes to an end");
        }

        void assertNothingIsLeft() {
            waiting.keySet().removeIf(CompletableFuture::isCancelled);
            assertThat(waiting).as("readers that wait for ever").isEmpty();
            for (FileFill file : List.copyOf(book.files())) {
                file.ends = null;
                file.save.clear();
                book.tidy(file);
            }
            assertThat(book.files()).as("what the book remembers for nothing").isEmpty();
            assertThat(book.underWay()).isZero();
            assertThat(book.waiting()).isZero();
        }
    }

    @Property(tries = 400)
    void whereNothingFailsEveryByteIsFetchedOnceAndOnlyWhatWasWanted(
            @ForAll("goodDays") List<Step> steps, @ForAll boolean inCourses) {
        World world = new World(inCourses);
        Set<String> wanted = new HashSet<>();
        for (Step step : steps) {
            PaperTwin twin = world.twins.get(step.file() % world.twins.size());
            if (step.deed() == Deed.NEED || step.deed() == Deed.EXPECT) {
                note(wanted, twin, World.range(twin, step.from(), step.length()));
            } else if (step.deed() == Deed.NEED_FEW) {
                long start = (long) step.from() * PIECE / 5 % twin.all().end();
                note(
                        wanted,
                        twin,
                        new ByteRange(start, Math.min(start + 100, twin.all().end())));
            }
            world.play(step);
        }
        world.settle();
        world.assertNothingIsLeft();
        assertThat(world.fetched.values()).allMatch(times -> times == 1);
        assertThat(world.fetched.keySet()).isEqualTo(wanted);
        assertThat(world.failed).isEmpty();
    }

    private static void note(Set<String> wanted, PaperTwin twin, ByteRange range) {
        for (long piece = range.start() / PIECE; piece <= (range.end() - 1) / PIECE; piece++) {
            wanted.add(twin.remote() + "@" + piece);
        }
    }

    @Property(tries = 600)
    void whateverFailsNobodyWaitsForEver(@ForAll("badDays") List<Step> steps, @ForAll boolean inCourses) {
        World world = new World(inCourses);
        steps.forEach(world::play);
        world.settle();
        world.assertNothingIsLeft();
        assertThat(world.fetched.values()).as("what came is not fetched again").allMatch(times -> times == 1);
    }
}
