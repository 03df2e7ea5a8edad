package dev.nowake.policy.js;

import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.function.Consumer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.io.FileSystem;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/** One run-time of one script: its globals, its module, its clock. Used by one thread at a time. */
final class Realm {
    private static final List<String> KNOWN = List.of("policy", "prefetch", "evict");

    private static final int MAX_LINE = 1000;

    private static final double MILLIS_PER_SECOND = 1000;

    private final Context context;
    private Value exports;
    private Value prefetch;
    private Value evict;
    private double millis;

    Realm(FileSystem files) {
        context = Sandbox.context(files);
    }

    /**
     * Runs the module's code.
     *
     * @param log gets what the script logs, a line of at most 1000 characters at a time
     */
    void start(Source module, Consumer<String> log) {
        ProxyExecutable write = values -> {
            log.accept(bounded(values[0].asString()));
            return null;
        };
        ProxyExecutable now = values -> millis;
        context.eval(Sandbox.preludeSource()).executeVoid(write, now);
        exports = context.eval(module);
        prefetch = function("prefetch");
        evict = function("evict");
    }

    /** What the script exports under a name, null where nothing. */
    Value export(String name) {
        return exports.hasMembers() ? exports.getMember(name) : null;
    }

    private Value function(String name) {
        Value value = export(name);
        return value != null && value.canExecute() ? value : null;
    }

    /**
     * A script without a hook, or with one hook and an exported function of another name, does not do what its author meant:
     * a misspelt hook would just never be called.
     *
     * @throws BadResult says which function
     */
    void checkHooks() {
        if (prefetch != null && evict != null) {
            return;
        }
        for (String name : exports.getMemberKeys()) {
            if (!KNOWN.contains(name) && function(name) != null) {
                throw new BadResult("exports a function " + Plain.quoted(name)
                        + ", which is no hook; hooks are prefetch and evict (do not export other functions)");
            }
        }
        if (prefetch == null && evict == null) {
            throw new BadResult("exports neither a function prefetch nor a function evict");
        }
    }

    List<Step> call(Hook hook, PolicyInput input) {
        Value function = hook == Hook.PREFETCH ? prefetch : evict;
        if (function == null) {
            return List.of();
        }
        millis = input.timeSeconds() * MILLIS_PER_SECOND;
        context.resetLimits();
        context.enter();
        try {
            return PlanReader.read(function.execute(InputView.of(input)), hook);
        } finally {
            context.leave();
        }
    }

    /** Ends what runs in it, if anything does, and waits for that. Any thread. */
    void kill() {
        try {
            context.close(true);
        } catch (PolyglotException | IllegalStateException e) {
            // it is over all the same: whoever ran in it gets his own exception
        }
    }

    private static String bounded(String line) {
        return line.length() > MAX_LINE ? line.substring(0, MAX_LINE - 3) + "..." : line;
    }
}
