package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Twins whose files have no name any more while somebody may still have them open: their guard stays until nobody has. One
 * thread at a time.
 */
final class Leaving {
    /** @param held our only descriptor of it; null where others took its name away, and nobody can be asked for */
    private record One(MirroredFile twin, Held held) {}

    private final Parts parts;
    private final List<One> all = new ArrayList<>();

    Leaving(Parts parts) {
        this.parts = parts;
    }

    /** Takes over the descriptor. The file has no name any more. */
    void add(MirroredFile twin, Held held) {
        twin.outdated();
        parts.twins().unname(twin);
        One one = new One(twin, held);
        if (!isOver(one)) {
            all.add(one);
        }
    }

    int size() {
        return all.size();
    }

    /** Lets those go that nobody has open any more. */
    void tidy() {
        all.removeIf(this::isOver);
    }

    private boolean isOver(One one) {
        if (one.held == null) {
            return false;
        }
        try {
            if (parts.users().any(one.held.file())) {
                return false;
            }
        } catch (IOException unknown) {
            return false;
        }
        one.held.close();
        parts.twins().remove(one.twin);
        parts.listener().gone(one.twin);
        return true;
    }

    /** The files' guards are the caller's affair. */
    void close() {
        all.forEach(one -> {
            if (one.held != null) {
                one.held.close();
            }
        });
        all.clear();
    }

    /** Lets go of all. Returns those that are incomplete and open: nobody will bring what their readers wait for. */
    List<Path> end() {
        List<Path> open = new ArrayList<>();
        tidy();
        for (Iterator<One> each = all.iterator(); each.hasNext(); each.remove()) {
            One one = each.next();
            if (one.held != null) {
                one.held.close();
                if (!one.twin.isComplete()) {
                    open.add(one.twin.relative());
                }
            }
        }
        return open;
    }
}
