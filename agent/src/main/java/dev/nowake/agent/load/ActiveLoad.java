package dev.nowake.agent.load;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.listen.Sighting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A load with the rule that matched it and the work under way for it. Belongs to the engine's thread. */
public final class ActiveLoad {
    private final Load load;
    private final RootRule rule;
    private final String ruleName;
    private final Assignment assignment;
    private final Map<Long, PrefetchJob> jobs = new HashMap<>();
    private final List<Sighting> deferred = new ArrayList<>();
    private final AtomicBoolean releaseAbandoned = new AtomicBoolean();
    private boolean scanUnderWay;
    private boolean scanAgain;

    /**
     * @param rule the root, with the mode and policy of the rule that matched
     * @param ruleName what that rule is called in the journal
     */
    public ActiveLoad(Load load, RootRule rule, String ruleName, Assignment assignment) {
        this.load = load;
        this.rule = rule;
        this.ruleName = ruleName;
        this.assignment = assignment;
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

    public boolean enforced() {
        return rule.mode() == Mode.ENFORCE;
    }

    /** The prefetch job of each device the model lies on. */
    public Map<Long, PrefetchJob> jobs() {
        return jobs;
    }

    /** Opens that came while pages were being dropped; they begin the next load. */
    public List<Sighting> deferred() {
        return deferred;
    }

    /** Set by the engine, read by the releasing thread: somebody came back, stop dropping. */
    public AtomicBoolean releaseAbandoned() {
        return releaseAbandoned;
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
