package dev.nowake.policy.js;

import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyFailure.Kind;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;

/**
 * A policy in JavaScript. Its hooks throw {@link PolicyFailure} and nothing else; after a call that had to be stopped, or
 * that used up what it may, the next one runs in a new context from the sources as they were read at first.
 *
 * <p>Loading, warming up and the hooks: one thread at a time. {@link #stopCall} and {@link #close}: any thread; they do not
 * wait.
 */
public final class ScriptUnit implements PolicyUnit {
    private final String origin;
    private final Source module;
    private final ModuleFolder files;
    private final RealmSlot slot;
    private volatile Consumer<String> log = line -> {};
    private Policy policy;

    private ScriptUnit(String origin, Source module, ModuleFolder files) {
        this.origin = origin;
        this.module = module;
        this.files = files;
        this.slot = new RealmSlot(origin);
    }

    /**
     * Reads a script and runs its module code, without a deadline: only the limit of statements ends it.
     *
     * @param folder what it may import lies below it
     * @throws PolicyFailure where it cannot be loaded; one line with file and line
     */
    public static ScriptUnit load(Path folder, Path file) {
        return load(folder, file, unit -> {});
    }

    /**
     * The same under a deadline of the caller's: {@code begun} gets the unit before any of its code runs, so that another
     * thread can {@link #stopCall} it. {@link #policy} is null until this returns.
     *
     * @throws PolicyFailure where it cannot be loaded, TIMEOUT where it was stopped
     */
    public static ScriptUnit load(Path folder, Path file, Consumer<? super ScriptUnit> begun) {
        ModuleFolder files = ModuleFolder.of(folder);
        Path absolute = file.toAbsolutePath().normalize(); // as the engine names it where it knows the place
        Path real = files.entry(absolute);
        Source module = Source.newBuilder(Sandbox.LANGUAGE, real.toFile())
                .content(files.text(real))
                .mimeType(Sandbox.MODULE)
                .buildLiteral();
        return started(new ScriptUnit(absolute.toString(), module, files), begun);
    }

    /**
     * A script without a folder, which can import nothing.
     *
     * @param origin names it in messages
     * @throws PolicyFailure where it cannot be loaded
     */
    public static ScriptUnit ofSource(String origin, String source) {
        Source module = Source.newBuilder(Sandbox.LANGUAGE, source, origin)
                .mimeType(Sandbox.MODULE)
                .buildLiteral();
        return started(new ScriptUnit(origin, module, null), unit -> {});
    }

    private static ScriptUnit started(ScriptUnit unit, Consumer<? super ScriptUnit> begun) {
        try {
            begun.accept(unit);
            Declaration declared = unit.guarded("loading", Kind.INVALID, unit::declared);
            unit.policy = new ScriptPolicy(unit, declared);
            return unit;
        } catch (RuntimeException e) {
            unit.close();
            throw e;
        } finally {
            if (unit.files != null) {
                unit.files.close();
            }
        }
    }

    private Declaration declared() {
        Realm started = current();
        Declaration declared = Declaration.read(started.export("policy"));
        started.checkHooks();
        return declared;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public boolean isTrusted() {
        return false;
    }

    /** The files it consists of, its own and the imported, links resolved; none for a script without a folder. */
    public Set<Path> files() {
        return files == null ? Set.of() : files.files();
    }

    /** Where {@code console.log} goes, at most 1000 characters a line; nowhere before. Called on the hook's thread. */
    public void logTo(Consumer<String> lines) {
        log = lines;
    }

    /**
     * Calls both hooks on canned inputs, in a context that is thrown away: 50 to 250 ms, half a second for the first script
     * of this process, whose load takes 0.7 s beside. The first real call then takes a few milliseconds, and the next ones
     * tens of microseconds. What it logs or throws is dropped. Can be stopped like a call.
     *
     * @throws PolicyFailure TIMEOUT where it was stopped
     */
    public void warmUp() {
        guarded("warming up", Kind.THROWN, () -> {
            Realm own = slot.exchange(null);
            try {
                WarmUp.of(policy, open(line -> {}));
                slot.discard();
                slot.exchange(own);
            } catch (RuntimeException | Error e) {
                slot.discard();
                if (own != null) {
                    own.kill();
                }
                throw e;
            }
            return own;
        });
    }

    List<Step> call(Hook hook, PolicyInput input) {
        return guarded(hook.label(), Kind.THROWN, () -> current().call(hook, input));
    }

    private Realm current() {
        Realm known = slot.current();
        return known == null ? open(line -> log.accept(line)) : known;
    }

    /** It can be stopped from the moment it exists. */
    private Realm open(Consumer<String> lines) {
        Realm fresh = new Realm(files);
        slot.exchange(fresh);
        try {
            fresh.start(module, lines);
        } catch (RuntimeException | Error e) {
            slot.discard();
            throw e;
        }
        return fresh;
    }

    private <T> T guarded(String what, Kind otherwise, Supplier<T> body) {
        slot.begin(what);
        T result = null;
        PolicyFailure failure = null;
        Error ended = null;
        try {
            result = body.get();
        } catch (PolyglotException e) {
            failure = refused();
            if (failure == null) {
                failure = ScriptError.failure(e, origin, otherwise);
            }
            if (ScriptError.isFatal(e)) {
                slot.discard();
            }
        } catch (BadResult e) {
            Kind kind = otherwise == Kind.INVALID ? Kind.INVALID : Kind.BAD_RESULT;
            String place = kind == Kind.INVALID ? origin + ":" + declarationLine() : origin + ": " + what;
            failure = new PolicyFailure(kind, place + ": " + e.getMessage());
        } catch (OutOfMemoryError | StackOverflowError e) {
            slot.discard();
            failure = new PolicyFailure(Kind.LIMIT, origin + ": " + what + " used more memory than there is");
        } catch (Error e) {
            // a kill that arrives between two of the engine's calls comes out as the engine's own error
            slot.discard();
            ended = e;
        } catch (RealmSlot.Stopped | IllegalStateException e) {
            slot.discard();
            failure = new PolicyFailure(Kind.TIMEOUT, origin + ": " + what + " was stopped");
        } finally {
            String why = slot.end();
            if (why != null) {
                failure = new PolicyFailure(Kind.TIMEOUT, origin + ": " + what + " was stopped: " + why);
            }
        }
        if (failure != null) {
            throw failure;
        }
        if (ended != null) {
            throw ended;
        }
        return result;
    }

    private PolicyFailure refused() {
        return files == null ? null : files.takeRefusal();
    }

    /** The line on which the script begins to say what it is; 1 where it does not. */
    private int declarationLine() {
        int line = 1;
        for (CharSequence text : module.getCharacters().toString().lines().toList()) {
            if (text.toString().matches("\\s*export\\s+(const|let|var)\\s+policy\\b.*")) {
                return line;
            }
            line++;
        }
        return 1;
    }

    @Override
    public void stopCall(String why) {
        slot.stop(why);
    }

    @Override
    public void close() {
        slot.close();
    }
}
