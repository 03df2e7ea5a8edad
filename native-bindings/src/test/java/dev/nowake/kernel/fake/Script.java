package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What a test wants to happen at calls: failures, and code run before them, on the caller's thread and without the
 * kernel's lock, so that it may block or change the world. Keeps a record of calls. Thread-safe.
 */
public final class Script {
    /**
     * One call.
     *
     * @param name as its man page has it: {@code open}, {@code statx}, {@code posix_fadvise}, {@code fanotify_mark}...
     * @param path the file's, null where there is none
     */
    public record Call(String name, Path path, long offsetBytes, long lengthBytes) {}

    private record Rule(String name, Path path, Errno errno, AtomicInteger skip, AtomicInteger times) {
        boolean strikes(Call call) {
            boolean fits = name.equals(call.name()) && (path == null || path.equals(call.path()));
            return fits && skip.getAndDecrement() <= 0 && times.getAndDecrement() > 0;
        }
    }

    private record Hook(String name, Consumer<Call> code) {}

    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<Hook> hooks = new CopyOnWriteArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    /** Every such call fails from now on. */
    public void fail(String name, Errno errno) {
        failAt(name, null, errno);
    }

    /** Every such call on this path fails from now on. */
    public void failAt(String name, Path path, Errno errno) {
        rules.add(new Rule(name, path, errno, new AtomicInteger(), new AtomicInteger(Integer.MAX_VALUE)));
    }

    /** The n-th such call from now fails, once; 1 is the next. */
    public void failNth(String name, int n, Errno errno) {
        rules.add(new Rule(name, null, errno, new AtomicInteger(n - 1), new AtomicInteger(1)));
    }

    /** Takes back all failures of a call. */
    public void heal(String name) {
        rules.removeIf(rule -> rule.name().equals(name));
    }

    /**
     * Runs code before every such call; {@code *} stands for all. Calls that move data in steps (sendfile, populate,
     * readThrough) come by once per step.
     */
    public void before(String name, Consumer<Call> code) {
        hooks.add(new Hook(name, code));
    }

    public void clearHooks() {
        hooks.clear();
    }

    /** Calls so far, in order. */
    public List<Call> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    public long count(String name) {
        return calls().stream().filter(call -> call.name().equals(name)).count();
    }

    public void forgetCalls() {
        synchronized (calls) {
            calls.clear();
        }
    }

    void enter(String name, Path path, long offsetBytes, long lengthBytes) throws KernelException {
        Call call = new Call(name, path, offsetBytes, lengthBytes);
        synchronized (calls) {
            calls.add(call);
        }
        step(call);
    }

    void enter(String name, Path path) throws KernelException {
        enter(name, path, 0, 0);
    }

    /** A further step of a call: hooks and failures, no new record. */
    void step(Call call) throws KernelException {
        for (Hook hook : hooks) {
            if (hook.name().equals("*") || hook.name().equals(call.name())) {
                hook.code().accept(call);
            }
        }
        for (Rule rule : rules) {
            if (rule.strikes(call)) {
                throw new KernelException(call.name(), rule.errno());
            }
        }
    }
}
