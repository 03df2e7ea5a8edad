package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What keeps a model on the disk, whatever a policy says. Any thread.
 *
 * @param loading bytes of the file are being brought, or a load of it is under way
 * @param kept an operator wants the file at this path kept
 */
public record Staying(InUse open, Predicate<Twin> loading, Predicate<Path> kept) {
    boolean isOpen(MirroredModel model) {
        return model.twins().stream().anyMatch(open::isOpen);
    }

    boolean isLoading(MirroredModel model) {
        return model.twins().stream().anyMatch(loading);
    }

    boolean isKept(MirroredModel model) {
        return model.twins().stream().anyMatch(twin -> kept.test(twin.local()));
    }
}
