package dev.nowake.kernel.linux;

import dev.nowake.kernel.linux.LinuxPermissionGroup.Waiting;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * Numbers of events that a group's last holder read and did not answer. The kernel takes an answer for the oldest event of
 * its number, so a younger one must not be answered before: where the number is free here, a descriptor occupies it, and
 * no event gets it; where it is not, and is freed, an event that does get it waits its turn. Thread-safe.
 */
final class Inherited {
    private final BitSet numbers = new BitSet();
    private final BitSet occupied = new BitSet();
    private final List<Waiting> deferred = new ArrayList<>();

    synchronized void add(int number, boolean occupies) {
        numbers.set(number);
        occupied.set(number, occupies);
    }

    /** Whether its descriptor has to be closed. */
    synchronized boolean remove(int number) {
        boolean close = occupied.get(number);
        numbers.clear(number);
        occupied.clear(number);
        return close;
    }

    /** Whether the event has to wait for one that bears its number; it is kept here then. */
    synchronized boolean defers(Waiting event) {
        boolean waits = numbers.get(event.fd());
        if (waits) {
            deferred.add(event);
        }
        return waits;
    }

    /** Hands out those whose number is free by now. */
    int takeLate(Consumer<Waiting> sink) {
        List<Waiting> late = new ArrayList<>();
        synchronized (this) {
            if (deferred.isEmpty()) {
                return 0;
            }
            deferred.removeIf(event -> !numbers.get(event.fd()) && late.add(event));
        }
        late.forEach(sink);
        return late.size();
    }
}
