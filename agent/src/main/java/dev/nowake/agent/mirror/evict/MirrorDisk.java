package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.DiskOutcome.Chosen;
import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The disk of one mirror: keeps it within its limits, whoever fills it, and makes room when asked. All of it happens on one
 * thread, one thing after the other; it waits for that disk alone.
 */
public final class MirrorDisk implements Room, AutoCloseable {
    /** What is under way when it is closed ends soon; a disk that hangs keeps nobody. */
    private static final long END_MILLIS = 1000;

    /**
     * What a mirror's disk needs.
     *
     * @param acts whether files may be touched: enforce mode, and nobody has switched it off
     * @param switchedOff somebody has: then not even by hand
     * @param filling bytes are being brought
     */
    public record Parts(
            String name,
            MirroredModels models,
            DiskBudget budget,
            Staying staying,
            Emptying emptying,
            DiskPolicy policy,
            LastLoaded loaded,
            BooleanSupplier acts,
            BooleanSupplier switchedOff,
            BooleanSupplier filling,
            Counters counters,
            Journal journal) {}

    private final Parts parts;
    private final DiskEviction eviction;
    private final MirrorViews views;
    private final RoomMaker maker;
    private final DiskNews news;
    private final DiskTally tally;
    private final BlockingQueue<Request<?>> requests = new LinkedBlockingQueue<>();
    private Thread thread;
    private boolean stuck;
    private volatile long nextNanos = System.nanoTime();
    private volatile boolean closed;

    /** Something to be done by the thread, for somebody who waits. */
    private record Request<T>(Work<T> work, CompletableFuture<T> answer) {
        void run() throws InterruptedException {
            if (!answer.isDone()) { // else nobody waits any more
                try {
                    answer.complete(work.run());
                } catch (IOException | RuntimeException failed) {
                    answer.completeExceptionally(failed);
                }
            }
        }
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    public MirrorDisk(Parts parts) {
        this.parts = parts;
        eviction = new DiskEviction(parts.emptying(), parts.staying(), parts.budget());
        views = new MirrorViews(
                parts.name(), parts.models(), parts.budget(), parts.staying(), parts.loaded(), parts.acts());
        news = new DiskNews(parts.name(), parts.counters(), parts.journal());
        tally = new DiskTally(parts.budget());
        maker = new RoomMaker(parts.budget(), views, parts.policy(), eviction, parts.acts());
        if (parts.loaded().problem() != null) {
            news.warn(parts.loaded().problem());
        }
    }

    public String name() {
        return parts.name();
    }

    /** Looks at the disk from now on, and does what is asked. */
    public synchronized void start() {
        if (thread == null && !closed) {
            thread = Thread.ofPlatform()
                    .name("nowake-mirror-disk-" + parts.name())
                    .daemon()
                    .start(this::serve);
        }
    }

    /** Somebody loads the file: its model goes last from now on, and bytes may come. Never waits. Any thread. */
    public void loaded(Twin twin) {
        parts.loaded().loaded(twin.local());
        fills();
    }

    /** Bytes begin to be brought: the disk is looked at more often. Never waits. Any thread. */
    public void fills() {
        if (nextNanos - System.nanoTime() > DiskPace.FILLING_NANOS) {
            ask(() -> {
                nextNanos = Math.min(nextNanos, System.nanoTime() + DiskPace.FILLING_NANOS);
                return null;
            });
        }
    }

    @Override
    public Made make(long bytes, Duration patience) throws InterruptedException {
        try {
            DiskOutcome outcome = await(() -> madeRoom(bytes), patience);
            if (!outcome.enforced()) {
                return new Made(0, outcome.before().excessBytes(bytes), "in observe mode nothing is evicted");
            }
            return new Made(outcome.freedBytes(), outcome.missingBytes(), outcome.why());
        } catch (TimeoutException late) {
            return new Made(0, bytes, "room on the disk was not made in time: " + late.getMessage());
        } catch (IOException failed) {
            return new Made(0, bytes, "the disk cannot be looked at: " + failed.getMessage());
        }
    }

    /** All that have a file there now, whatever of them is on the disk. Any thread. */
    public List<MirroredModel> models() {
        return parts.models().all();
    }

    /**
     * Evicts models because somebody says so, in observe mode too; none that is open, being loaded or kept. Any thread.
     *
     * @param by who says so, for the journal
     * @return an answer for each model of those; an IOException with one line where nothing may be done now
     */
    public CompletableFuture<List<ByHand>> evict(Predicate<MirroredModel> which, String by) {
        if (parts.switchedOff().getAsBoolean()) {
            return CompletableFuture.failedFuture(
                    new IOException("nothing is done now: 'nowake status' says who switched it off"));
        }
        return ask(() -> evictedByHand(which, by));
    }

    /** {@code stayed}: why it did; null where it is gone. */
    public record ByHand(String model, long freedBytes, String stayed) {}

    /** What is known of the model with the file at this path, and when it would go; null where there is none. Any thread. */
    public Map<String, Object> explain(Path local) throws IOException {
        return DiskExplanation.of(parts, views, local);
    }

    private <T> CompletableFuture<T> ask(Work<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        requests.add(new Request<>(work, answer));
        if (closed) {
            answer.completeExceptionally(new IOException("nowake is stopping"));
        }
        return answer;
    }

    private <T> T await(Work<T> work, Duration patience) throws InterruptedException, TimeoutException, IOException {
        CompletableFuture<T> answer = ask(work);
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            answer.cancel(false);
            throw new TimeoutException("the mirror's disk has not answered within " + patience.toMillis() + " ms");
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io
                    ? io
                    : new IOException(String.valueOf(failed.getCause()), failed);
        }
    }

    private void serve() {
        while (!closed) {
            try {
                long wait = nextNanos - System.nanoTime();
                if (wait <= 0) { // before what is asked: who asks without end must not keep it from that
                    look();
                    nextNanos = System.nanoTime()
                            + DiskPace.nextNanos(parts.filling().getAsBoolean(), stuck);
                    continue;
                }
                Request<?> request = requests.poll(wait, TimeUnit.NANOSECONDS);
                if (request != null) {
                    request.run();
                }
            } catch (InterruptedException stop) {
                break;
            } catch (RuntimeException | IOException broken) {
                news.failed(String.valueOf(broken.getMessage()));
                nextNanos = System.nanoTime() + DiskPace.IDLE_NANOS;
            }
        }
        refuseAll();
    }

    private void look() throws IOException, InterruptedException {
        stuck = madeRoom(0).missingBytes() > 0;
        parts.loaded().retain(paths());
        parts.loaded().saveIfDue();
    }

    private Set<Path> paths() {
        Set<Path> paths = new HashSet<>();
        parts.models().all().forEach(model -> model.twins().forEach(twin -> paths.add(twin.local())));
        return paths;
    }

    private DiskOutcome madeRoom(long bytes) throws IOException, InterruptedException {
        DiskOutcome outcome = maker.make(bytes);
        tally.note(outcome);
        news.tell(outcome);
        return outcome;
    }

    /** How it stands; null before the first look. May wait for the disk. Any thread. */
    public DiskFigures figures() {
        return tally.figures();
    }

    private List<ByHand> evictedByHand(Predicate<MirroredModel> which, String by)
            throws IOException, InterruptedException {
        DiskStanding before = parts.budget().look();
        long began = System.nanoTime();
        MirrorViews.Seen seen = views.of(before, 0);
        List<Chosen> chosen = new ArrayList<>();
        for (var view : seen.view().models()) {
            MirroredModel model = seen.model(view);
            if (which.test(model)) {
                // what is kept or being loaded is looked at again by the eviction itself
                ModelOutcome outcome = view.open() ? ModelOutcome.left(model, Stayed.OPEN) : eviction.evict(model);
                chosen.add(new Chosen(view, "by hand", outcome));
            }
        }
        if (!chosen.isEmpty()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            DiskOutcome outcome = new DiskOutcome(before, 0, true, null, by, chosen, List.of(), 0, "", seconds);
            tally.note(outcome);
            news.tell(outcome);
        }
        return chosen.stream()
                .map(each -> new ByHand(
                        each.model().name(),
                        each.outcome().freedBytes(),
                        each.isGone() ? null : each.outcome().why()))
                .toList();
    }

    private void refuseAll() {
        for (Request<?> left = requests.poll(); left != null; left = requests.poll()) {
            left.answer().completeExceptionally(new IOException("nowake is stopping"));
        }
    }

    /** Stops looking; what is being evicted is evicted. Writes down when models were loaded. */
    @Override
    public void close() {
        Thread serving;
        synchronized (this) {
            closed = true;
            serving = thread;
        }
        ask(() -> null); // wakes it
        try {
            if (serving != null) {
                serving.join(END_MILLIS);
            }
            refuseAll();
            parts.loaded().save();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException unwritten) {
            news.failed("when models were last loaded is not written down: " + unwritten.getMessage());
        }
    }
}
