package dev.nowake.agent.trace;

import dev.nowake.kernel.proc.ThreadOwner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which process the thread of an event is of. The kernel notes that when a thread leaves its CPU after an event; until then
 * an event tells nothing, or of which process the number's last owner was (measured: 61 of 1500 events of short-lived
 * processes, where numbers are used again after 32,768). So /proc is asked as long as the thread lives. When it is gone it
 * has left its CPU, and what the kernel noted is right. For one thread.
 */
final class TracedThreads {
    /** After this long a number may be another thread's. */
    private static final long REMEMBERED_MICROS = 1_000_000;

    /** At so many those that are remembered no longer are dropped. */
    private static final int CROWD = 4096;

    private record Owner(int noted, int process, long atMicros) {}

    private final Path procRoot;
    private final boolean isAsked;
    private final Map<Integer, Owner> owners = new HashMap<>();

    TracedThreads(Path procRoot) {
        this.procRoot = procRoot;
        this.isAsked = ThreadOwner.numbersAreTheKernels(procRoot);
    }

    /** Its process; the thread itself where nobody knows more. */
    int processOf(FilemapLine event) {
        Owner known = owners.get(event.thread());
        if (known == null
                || known.noted() != event.process()
                || event.micros() - known.atMicros() > REMEMBERED_MICROS) {
            forgetSome(event.micros());
            known = new Owner(event.process(), look(event), event.micros());
            owners.put(event.thread(), known);
        }
        return known.process();
    }

    private int look(FilemapLine event) {
        int noted = event.process() < 0 ? event.thread() : event.process();
        OptionalInt alive = isAsked ? ThreadOwner.processOf(procRoot, event.thread()) : OptionalInt.empty();
        return alive.orElse(noted);
    }

    private void forgetSome(long nowMicros) {
        if (owners.size() >= CROWD) {
            owners.values().removeIf(owner -> nowMicros - owner.atMicros() > REMEMBERED_MICROS);
        }
    }
}
