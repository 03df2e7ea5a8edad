package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.PermissionEvents.Kind;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One mirror's two gates with what belongs to them: the keeper that holds the one of missing bytes beyond this process's
 * life, and the watches that let everybody go on when answers stop.
 */
public final class Gates implements AutoCloseable {
    /** Descriptors a daemon may have had, and accesses that may wait at once. */
    private static final int NUMBERS = 8192;

    private static final int CAPACITY = 4096;

    /** What the gates need to know. */
    public record Settings(
            String name, Path runFolder, boolean ranges, Duration longestWait, Duration grace, Consumer<String> told) {}

    private final Gate gate;
    private final OpenGate opens;
    private final Keeper keeper;
    private final GateWatch gateWatch;
    private final GateWatch opensWatch;

    private Gates(Gate gate, OpenGate opens, Keeper keeper, GateWatch gateWatch, GateWatch opensWatch) {
        this.gate = gate;
        this.opens = opens;
        this.keeper = keeper;
        this.gateWatch = gateWatch;
        this.opensWatch = opensWatch;
    }

    /**
     * Opens both, or takes over what an earlier daemon's keeper holds, and starts answering. Until {@link #ready} whoever
     * asks for missing bytes waits.
     *
     * @throws IOException with one line: no right, no such events, no shell for the keeper
     */
    public static Gates open(
            Settings settings, Kernel kernel, Fills fills, Function<FileId, Twin> twins, OpenGate.Doorkeeper doorkeeper)
            throws IOException {
        Path folder = settings.runFolder();
        Files.createDirectories(folder);
        Optional<Keeper> former = Keeper.find(folder, settings.name());
        PermissionGroup group = group(settings, kernel, former);
        Keeper keeper = null;
        try {
            Unanswered unanswered = Unanswered.open(folder.resolve(settings.name() + ".waiting"), CAPACITY);
            keeper = Keeper.start(group, folder, settings.name(), settings.grace());
            if (former.isPresent()) {
                former.get().close();
            }
            long mask = settings.ranges() ? PermissionGroup.ACCESS : PermissionGroup.OPEN;
            Gate gate = new Gate(settings.name(), group, mask, kernel, fills, unanswered, CAPACITY);
            if (former.isPresent()) {
                gate.inherit(NUMBERS);
            }
            OpenGate opens =
                    new OpenGate(settings.name(), kernel.permissionEvents().open(Kind.OPENS), twins, doorkeeper);
            gate.start();
            opens.start();
            return watched(settings, gate, opens, keeper);
        } catch (IOException failed) {
            if (keeper != null && former.isEmpty()) {
                keeper.close();
            }
            group.close();
            throw failed;
        }
    }

    private static PermissionGroup group(Settings settings, Kernel kernel, Optional<Keeper> former) throws IOException {
        if (former.isEmpty()) {
            return kernel.permissionEvents().open(settings.ranges() ? Kind.RANGES : Kind.OPENS);
        }
        try {
            return former.get().takeOver(kernel.permissionEvents());
        } catch (IOException refused) { // to end it would let everybody read zeros
            throw new IOException(
                    "what waits at mirror " + settings.name() + " cannot be taken over (" + refused.getMessage()
                            + "): end who reads it, then process "
                            + former.get().pid() + ", and start nowake again",
                    refused);
        }
    }

    private static Gates watched(Settings settings, Gate gate, OpenGate opens, Keeper keeper) {
        String name = settings.name();
        GateWatch gateWatch = new GateWatch(name, gate::sinceLastTurn, gate::oldestWait, settings.longestWait(), () -> {
            try {
                keeper.deny();
            } catch (IOException gone) {
                settings.told().accept("the keeper of mirror " + name + " is gone: " + gone.getMessage());
            }
            gate.trip();
            settings.told()
                    .accept("mirror " + name + " has stopped answering: what is missing of it is an error from now"
                            + " on, complete files can be read; restart nowake");
        });
        GateWatch opensWatch =
                new GateWatch(name + "-opens", opens::sinceLastTurn, opens::oldestWait, settings.longestWait(), () -> {
                    opens.trip();
                    settings.told()
                            .accept("mirror " + name
                                    + " has stopped looking at opens: files are read as they are; restart" + " nowake");
                });
        return new Gates(gate, opens, keeper, gateWatch, opensWatch);
    }

    /** The one that guards missing bytes. */
    public Gate gate() {
        return gate;
    }

    /** The one that hears opens. */
    public OpenGate opens() {
        return opens;
    }

    /** Every twin is guarded. */
    public void ready() {
        gate.open();
    }

    /** Stops answering. Who waits for missing bytes goes on waiting: the keeper holds the group. */
    @Override
    public void close() throws IOException {
        gateWatch.close();
        opensWatch.close();
        opens.close();
        gate.close();
    }

    /** After {@link #close}: leaves the group to the keeper, for a successor; without one it will say no. */
    public long leave() throws IOException {
        keeper.leave();
        return keeper.pid();
    }

    /** After {@link #close}: lets the group go. Only where nobody has an incomplete file open. */
    public void end() throws IOException {
        keeper.close();
    }
}
