package dev.nowake.agent.load;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.govern.LoadBudget;
import dev.nowake.agent.govern.Shortage;
import dev.nowake.agent.listen.Sighting;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** A load with the rule that matched it and the work under way for it. Belongs to the engine's thread. */
public final class ActiveLoad {
    private final Load load;
    private volatile RootRule rule;
    private final String ruleName;
    private final Assignment assignment;
    private final Map<Long, PrefetchJob> jobs = new HashMap<>();
    private final List<PrefetchJob> finishing = new ArrayList<>();
    private final List<Sighting> deferred = new ArrayList<>();
    private final AtomicBoolean releaseAbandoned = new AtomicBoolean();
    private final AtomicBoolean acting = new AtomicBoolean(true);
    private final LoadBudget budget;
    private final BooleanSupplier mayAct;
    private CompletableFuture<Void> dropping = CompletableFuture.completedFuture(null);
    private final Set<Shortage> shortages = EnumSet.noneOf(Shortage.class);
    private boolean left;
    private boolean roomMade;
    private boolean singlePages;
    private boolean scanUnderWay;
    private boolean scanAgain;

    /**
     * @param rule the root, with the mode and policy of the rule that matched
     * @param ruleName what that rule is called in the journal
     * @param budget what its prefetch acquires; closed by whoever takes the load out of the book
     * @param mayAct false while an operator has anything done for it stopped; any thread
     */
    public ActiveLoad(
            Load load,
            RootRule rule,
            String ruleName,
            Assignment assignment,
            LoadBudget budget,
            BooleanSupplier mayAct) {
        this.load = load;
        this.rule = rule;
        this.ruleName = ruleName;
        this.assignment = assignment;
        this.budget = budget;
        this.mayAct = mayAct;
    }

    public Load load() {
        return load;
    }

    public RootRule rule() {
        return rule;
    }

    /** The name of the rule that matched at the load's first open; a later reader does not change it. */
    public String ruleName() {
        return ruleName;
    }

    public Assignment assignment() {
        return assignment;
    }

    /** Its plans are carried out now. Any thread. */
    public boolean enforced() {
        return rule.mode() == Mode.ENFORCE && mayAct.getAsBoolean();
    }

    /** Its plans would be carried out, had an operator not stopped that. Any thread. */
    public boolean suspended() {
        return rule.mode() == Mode.ENFORCE && !mayAct.getAsBoolean();
    }

    /** False while an operator has anything done for it stopped; holds on to nothing of the load. Any thread. */
    public BooleanSupplier permission() {
        return mayAct;
    }

    /** Nothing more is done for it: its plans are told from now on, and no more carried out. */
    public void observe() {
        rule = rule.withMode(Mode.OBSERVE);
        acting.set(false);
    }

    /** False once {@link #observe} was called: what waits its turn is not to be done any more. Any thread. */
    public boolean mayAct() {
        return acting.get();
    }

    /** A daemon before this one began it, and its readers are gone. */
    public boolean isLeft() {
        return left;
    }

    public void markLeft() {
        left = true;
    }

    public LoadBudget budget() {
        return budget;
    }

    /** True once: room is made at a load's start alone. */
    public boolean mayMakeRoom() {
        boolean first = !roomMade;
        roomMade = true;
        return first;
    }

    /** True once for each reason. */
    public boolean isNews(Shortage shortage) {
        return shortages.add(shortage);
    }

    /** Returns whether that is news. */
    public boolean fetchesSinglePages(boolean single) {
        boolean changed = single != singlePages;
        singlePages = single;
        return changed;
    }

    /** The prefetch job of each device the model lies on, for more work. */
    public Map<Long, PrefetchJob> jobs() {
        return jobs;
    }

    /** Everything is asked for: they end when they are done. What is asked for after all begins new ones. */
    public void finishJobs() {
        jobs.values().forEach(PrefetchJob::finish);
        finishing.addAll(jobs.values());
        jobs.clear();
    }

    /** What of them has not begun is dropped; nothing is waited for. What is asked for after all begins new ones. */
    public void stopJobs() {
        finishJobs();
        finishing.forEach(PrefetchJob::stop);
    }

    public void jobEnded(long device, PrefetchJob job) {
        jobs.remove(device, job);
        finishing.remove(job);
    }

    /** All that have not ended. */
    public List<PrefetchJob> runningJobs() {
        List<PrefetchJob> running = new ArrayList<>(jobs.values());
        running.addAll(finishing);
        return running;
    }

    /** Opens that came while pages were being dropped; they begin the next load. */
    public List<Sighting> deferred() {
        return deferred;
    }

    /** Set by the engine, read by the releasing thread: somebody came back, stop dropping. */
    public AtomicBoolean releaseAbandoned() {
        return releaseAbandoned;
    }

    /** Done when no task run by {@link #runHolding} uses a descriptor of this load's any more. */
    public CompletableFuture<Void> dropping() {
        return dropping;
    }

    /** Has the load's descriptors stay open until the task is over. False when the executor takes none any more. */
    public boolean runHolding(Executor executor, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        dropping = CompletableFuture.allOf(dropping, done);
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    done.complete(null);
                }
            });
            return true;
        } catch (RejectedExecutionException stopping) {
            done.complete(null);
            return false;
        }
    }

    public boolean scanUnderWay() {
        return scanUnderWay;
    }

    public void scanUnderWay(boolean underWay) {
        scanUnderWay = underWay;
    }

    /** A close was seen while a scan was under way, which may have passed the closing process already. */
    public boolean scanAgain() {
        return scanAgain;
    }

    public void scanAgain(boolean again) {
        scanAgain = again;
    }
}
