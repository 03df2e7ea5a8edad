package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.trust.FileTrust;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.builtin.BuiltinUnit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The policies there are now, by name. A changed file is loaded and tried aside, then takes its place between two calls; a
 * broken one changes nothing but what {@link #status} says. Shipped scripts are loaded when they are first wanted.
 */
public final class PolicyRegistry implements AutoCloseable {
    private final PolicySources sources;
    private final FileTrust trust = FileTrust.ofThisProcess();
    private volatile PolicyFolders folders;
    private final PolicyNews news = new PolicyNews();
    private final PolicyRoster roster = new PolicyRoster(news);
    private final Watchdog watchdog = new Watchdog();
    private final Set<String> beingFetched = ConcurrentHashMap.newKeySet();

    // the rest belongs to whoever holds this object's lock: loading is one at a time
    private final LoadedFiles loaded = new LoadedFiles();
    private final Map<String, String> problems = new LinkedHashMap<>();
    private Map<Path, PolicyFolders.Stamp> seen = Map.of();
    private PolicyWatch watch;
    private boolean closed;

    /** Those that nowake brings along. */
    public PolicyRegistry() {
        this(PolicySources.of(List.of()));
    }

    /** Loads what is in the folders now, which takes as long as it takes; what is broken is in {@link #problems}. */
    public PolicyRegistry(PolicySources sources) {
        this.sources = sources;
        this.folders = new PolicyFolders(sources.folders(), sources.loaders().keySet(), trust);
        Map<String, PolicyRunner> first = new LinkedHashMap<>();
        for (Policy policy : sources.builtin()) {
            first.put(policy.name(), roster.serve(new PolicyRunner(new BuiltinUnit(policy), watchdog)));
        }
        roster.swap(first, List.of());
        load(folders.look());
    }

    /** Null where there is none of that name, or not yet: a shipped script is then fetched in the background. Any thread. */
    public PolicyRunner named(String name) {
        PolicyRunner runner = roster.named(name);
        if (runner == null && sources.shipped().containsKey(name) && beingFetched.add(name)) {
            Thread.ofPlatform().name("nowake-policy-fetch").daemon().start(() -> fetch(name));
        }
        return runner;
    }

    /** What a rule may name, and what arguments it takes. Loads a shipped script, which takes up to a second. Any thread. */
    public Optional<Policy> policy(String name) {
        if (!roster.has(name) && sources.shipped().containsKey(name)) {
            fetch(name);
        }
        return Optional.ofNullable(roster.named(name))
                .map(runner -> runner.unit().policy());
    }

    /** Of all there are now, loaded or to be loaded when first wanted. Any thread. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>(roster.names());
        names.addAll(sources.shipped().keySet());
        return names;
    }

    /** What is wrong with files of the policy folders, one line each. */
    public synchronized List<String> problems() {
        return List.copyOf(problems.values());
    }

    /** The folders it looks into, as they were given. */
    public List<Path> folders() {
        return folders.all();
    }

    /**
     * Looks into these folders from now on, and at all that is in them at once: what changed is loaded, what is gone is
     * dropped. Any thread.
     */
    public synchronized void follow(List<Path> next) {
        PolicyFolders other = new PolicyFolders(next, sources.loaders().keySet(), trust);
        if (!other.all().equals(folders.all())) {
            folders = other;
            folders.alsoLookAt(loaded.imports());
            if (watch != null) {
                watch.close();
                watch = null;
                watch();
            }
        }
        load(folders.look());
    }

    /** From now on what happens is told there; what is broken already is told at once. */
    void tell(Counters counters, Journal journal) {
        news.tell(counters, journal);
        synchronized (this) {
            news.count(Counter.POLICIES_LOADED, loaded.byRunner().size());
            problems.forEach(news::problem);
        }
    }

    /** Looks after the folders from now on. */
    public synchronized void watch() {
        if (watch == null && !closed && !folders.all().isEmpty()) {
            watch = new PolicyWatch(folders, this);
        }
    }

    /** Whether the files are those that were loaded, or tried, last. */
    synchronized boolean hasLoaded(Map<Path, PolicyFolders.Stamp> files) {
        return files.equals(seen);
    }

    /** Loads what changed, drops what is gone. */
    synchronized void load(Map<Path, PolicyFolders.Stamp> files) {
        if (closed || files.equals(seen)) {
            return;
        }
        Map<String, PolicyRunner> next = roster.copy();
        List<PolicyRunner> leaving = new ArrayList<>();
        for (Path file : loaded.paths()) {
            if (!files.containsKey(file)) {
                leave(file, next, leaving);
            }
        }
        problems.keySet().removeIf(where -> !files.containsKey(Path.of(where)) && seen.containsKey(Path.of(where)));
        files.forEach((file, stamp) -> {
            // a name that was taken may be free now
            if (!stamp.equals(seen.get(file)) || problems.containsKey(file.toString())) {
                take(file, next, leaving);
            }
        });
        folders.alsoLookAt(loaded.imports());
        seen = folders.withImports(files);
        roster.swap(next, leaving);
    }

    private void leave(Path file, Map<String, PolicyRunner> next, List<PolicyRunner> leaving) {
        List<PolicyRunner> left = loaded.remove(file);
        left.forEach(runner -> next.remove(runner.name(), runner));
        leaving.addAll(left);
    }

    private void take(Path file, Map<String, PolicyRunner> next, List<PolicyRunner> leaving) {
        try {
            PolicyLoader loader =
                    sources.loaders().get(PolicyFolders.ending(file)).within(trust);
            PolicyFile fresh = PolicyFile.load(
                    file.toString(), () -> loader.load(file), name -> requireFree(name, file, next), watchdog);
            leave(file, next, leaving);
            loaded.put(file, fresh);
            problems.remove(file.toString());
            for (PolicyRunner runner : fresh.runners()) {
                next.put(runner.name(), roster.serve(runner));
                runner.record().enable();
                news.count(Counter.POLICIES_LOADED);
                news.happened(runner.name(), "loaded", "from " + file);
            }
        } catch (PolicyFailure broken) {
            problem(file.toString(), broken.getMessage());
        }
    }

    private void requireFree(String name, Path file, Map<String, PolicyRunner> next) {
        PolicyRunner other = next.get(name);
        boolean own = other != null && loaded.holds(file, other);
        String taken = null;
        if (sources.shipped().containsKey(name) || other != null && other.isInline() && !own) {
            taken = "comes with nowake: give this one another name";
        } else if (other != null && !own) {
            taken = "is in " + other.unit().origin() + " already: give one of them another name";
        }
        if (taken != null) {
            throw new PolicyFailure(PolicyFailure.Kind.INVALID, file + ": a policy '" + name + "' " + taken);
        }
    }

    private void problem(String where, String message) {
        if (!message.equals(problems.put(where, message))) {
            news.problem(where, message);
        }
    }

    /** A shipped script, once. */
    private synchronized void fetch(String name) {
        if (closed || roster.has(name) || problems.containsKey(name)) {
            return;
        }
        Supplier<PolicyUnit> shipped = sources.shipped().get(name);
        try {
            PolicyFile fresh = PolicyFile.shipped(name, shipped, watchdog);
            Map<String, PolicyRunner> next = roster.copy();
            fresh.runners().forEach(runner -> next.put(name, roster.serve(runner)));
            roster.swap(next, List.of());
        } catch (PolicyFailure broken) {
            problem(name, broken.getMessage());
        }
    }

    /**
     * Has a disabled policy asked again, from a fresh start where its thread was lost.
     *
     * @throws IllegalArgumentException with one line: there is none of that name, or it cannot be loaded any more
     */
    public synchronized void enable(String name) {
        PolicyRunner runner = roster.named(name);
        if (runner == null) {
            throw new IllegalArgumentException(
                    "no policy '" + name + "': loaded are " + String.join(", ", roster.names()));
        }
        if (runner.isAbandoned()) {
            loadAgain(runner);
        }
        runner.record().enable();
        news.happened(name, "enabled", "asked to");
    }

    private void loadAgain(PolicyRunner lost) {
        Map<String, PolicyRunner> next = roster.copy();
        List<PolicyRunner> leaving = new ArrayList<>();
        Optional<Path> file = loaded.fileOf(lost);
        if (file.isPresent()) {
            take(file.get(), next, leaving);
            roster.swap(next, leaving);
        } else {
            next.remove(lost.name());
            roster.swap(next, List.of(lost));
            fetch(lost.name());
        }
        String where = file.map(Path::toString).orElse(lost.name());
        if (problems.containsKey(where)) {
            throw new IllegalArgumentException(problems.get(where));
        }
    }

    /** For {@code status} and {@code policy list}: every policy, then what could not be loaded. */
    public List<Object> status() {
        Map<String, String> broken;
        Map<PolicyRunner, Path> files;
        synchronized (this) {
            broken = new LinkedHashMap<>(problems);
            files = loaded.byRunner();
        }
        Set<String> notLoaded = names();
        notLoaded.removeAll(roster.names());
        return PolicyStatus.all(roster.all(), files, notLoaded, broken);
    }

    /** Of those that are loaded now. Any thread. */
    public List<PolicyFigures> figures() {
        return roster.all().stream().map(PolicyFigures::of).toList();
    }

    /** Ends every policy's thread; calls under way are given a moment. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (watch != null) {
                watch.close();
            }
        }
        roster.end();
        watchdog.close();
    }
}
