package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.PermissionEvents.Kind;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One mirror's two gates with what belongs to them: the keeper that holds the one of missing bytes beyond this process's
 * life, and the watches that let everybody go on when answers stop.
 */
public final class Gates implements AutoCloseable {
    /** What the gates need to know. */
    public record Settings(
            String name, Path runFolder, boolean ranges, Duration longestWait, Duration grace, Consumer<String> told) {}

    /** Who answers. */
    public record Answerers(Fills fills, Blocks blocks, Function<FileId, Twin> twins, OpenGate.Doorkeeper doorkeeper) {}

    private final Settings settings;
    private final Gate gate;
    private final OpenGate opens;
    private final DescriptorLimit limit;
    private final GateWatch gateWatch;
    private final GateWatch opensWatch;
    private Keeper keeper;
    private boolean ending;

    private Gates(Settings settings, Gate gate, OpenGate opens, Keeper keeper, DescriptorLimit limit) {
        this.settings = settings;
        this.gate = gate;
        this.opens = opens;
        this.keeper = keeper;
        this.limit = limit;
        Duration longest = settings.longestWait();
        String name = settings.name();
        this.gateWatch = new GateWatch(name, gate::sinceLastTurn, gate::oldestWait, longest, this::tripGate);
        this.opensWatch =
                new GateWatch(name + "-opens", opens::sinceLastTurn, opens::oldestWait, longest, this::tripOpens);
        keeper.onEnd(() -> keeperEnded(keeper));
    }

    /**
     * Opens both, or takes over what an earlier daemon's keeper holds, and starts answering. Until {@link #ready} whoever
     * asks for missing bytes waits. No other daemon may serve the mirror now.
     *
     * @throws IOException with one line: no right, no such events, no shell for the keeper; what waited goes on waiting
     */
    public static Gates open(Settings settings, Kernel kernel, Answerers answerers) throws IOException {
        Path folder = settings.runFolder();
        Files.createDirectories(folder);
        DescriptorLimit limit = DescriptorLimit.ofThisProcess();
        List<Keeper> former = Keeper.find(folder, settings.name());
        PermissionGroup group = group(settings, kernel, former);
        Keeper keeper = null;
        OpenGate opens = null;
        try {
            keeper = Keeper.start(group, folder, settings.name(), limit.numbers(), settings.grace());
            // the same class, because only that one may say why an open fails
            PermissionGroup openings = kernel.permissionEvents().open(settings.ranges() ? Kind.RANGES : Kind.OPENS);
            opens = new OpenGate(settings.name(), openings, kernel.files(), answerers.twins(), answerers.doorkeeper());
            Unanswered unanswered = Unanswered.open(folder.resolve(settings.name() + ".waiting"), limit.waiting());
            Gate gate = new Gate(
                    settings.name(),
                    new Gate.Parts(
                            group,
                            settings.ranges(),
                            kernel,
                            answerers.fills(),
                            answerers.blocks(),
                            unanswered,
                            limit.waiting()));
            for (Keeper each : former) {
                each.close();
            }
            keeper.tidy(settings.name());
            if (former.isEmpty()) {
                tellOfLetDown(settings, gate.disinherit());
            } else {
                gate.inherit(DescriptorLimit.MOST_NUMBERS); // that daemon may have had another limit
            }
            gate.start();
            opens.start();
            return new Gates(settings, gate, opens, keeper, limit);
        } catch (IOException failed) {
            if (opens != null) {
                opens.close();
            }
            if (keeper != null) {
                keeper.close(); // the former one, if there is one, has not been ended
            }
            group.close();
            throw failed;
        }
    }

    private static PermissionGroup group(Settings settings, Kernel kernel, List<Keeper> former) throws IOException {
        if (former.isEmpty()) {
            return kernel.permissionEvents().open(settings.ranges() ? Kind.RANGES : Kind.OPENS);
        }
        IOException failed = null;
        for (Keeper each : former) {
            try {
                return each.takeOver(kernel.permissionEvents());
            } catch (IOException refused) { // to end it would let everybody read zeros
                failed = new IOException(
                        "what waits at mirror " + settings.name() + " cannot be taken over (" + refused.getMessage()
                                + "): end who reads it, then process " + each.pid() + ", and start nowake again",
                        refused);
            }
        }
        throw failed;
    }

    private static void tellOfLetDown(Settings settings, List<FileId> files) {
        if (!files.isEmpty()) {
            settings.told()
                    .accept("nowake and the process that keeps mirror " + settings.name()
                            + " from being read as zeros were both ended while somebody waited for missing bytes of "
                            + files.size() + " files: he may have read zeros; load them again");
        }
    }

    /** Somebody has killed it: with this process gone too, everybody would go on and read zeros. */
    private void keeperEnded(Keeper which) {
        try {
            synchronized (this) {
                if (ending || which != keeper) {
                    return;
                }
                Keeper next = Keeper.start(
                        gate.group(), settings.runFolder(), settings.name(), limit.numbers(), settings.grace());
                which.close();
                keeper = next;
                next.onEnd(() -> keeperEnded(next));
            }
            settings.told()
                    .accept("process " + which.pid() + ", which keeps mirror " + settings.name()
                            + " from being read as zeros when nowake ends, was ended: there is another now");
        } catch (IOException noOther) {
            settings.told()
                    .accept("the process that keeps mirror " + settings.name()
                            + " from being read as zeros when nowake ends was ended, and another cannot be started: "
                            + noOther.getMessage() + "; restart nowake while nobody loads from the mirror");
        }
    }

    private void tripGate() {
        String name = settings.name();
        try {
            synchronized (this) {
                keeper.deny();
            }
        } catch (IOException gone) {
            settings.told().accept("the keeper of mirror " + name + " is gone: " + gone.getMessage());
        }
        gate.trip();
        settings.told()
                .accept("mirror " + name + " has stopped answering: what is missing of it is an error from now"
                        + " on, complete files can be read; restart nowake");
    }

    private void tripOpens() {
        opens.trip();
        settings.told()
                .accept("mirror " + settings.name()
                        + " has stopped looking at opens: files are read as they are; restart" + " nowake");
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

    /** What has gone wrong since the last call; null for nothing. */
    public String takeTrouble() {
        return gate.takeTrouble();
    }

    /**
     * Opens are not heard any more. Who waits for missing bytes goes on waiting, whatever becomes of the filling; this process
     * does not wait for itself until {@link #close}.
     */
    public void suspend() {
        gateWatch.close();
        opensWatch.close();
        opens.close();
        gate.suspend();
    }

    /** Stops answering. Who waits for missing bytes goes on waiting: the keeper holds the group. */
    @Override
    public void close() throws IOException {
        suspend();
        gate.close();
    }

    /**
     * After {@link #close}: leaves the group to the keeper, for a successor; without one it will say no.
     *
     * @param deletable a folder whose files the keeper is to delete then, so that they are gone when nobody has them open any
     *     more, and it ends; null for none
     */
    public synchronized long leave(Path deletable) throws IOException {
        ending = true;
        keeper.leave(deletable);
        return keeper.pid();
    }

    /**
     * After {@link #close}: whether a file is guarded still. Those that nobody has open are let go of before; what is left has lost
     * its name and is open or mapped.
     */
    public boolean guardsAny() {
        Path marks = Path.of("/proc/" + keeper.pid() + "/fdinfo/" + Keeper.GROUP);
        try (Stream<String> lines = Files.lines(marks)) {
            return lines.anyMatch(line -> line.startsWith("fanotify ino"));
        } catch (IOException | UncheckedIOException ended) {
            return false;
        }
    }

    /** After {@link #close}: lets the group go. Only where nobody has an incomplete file open. */
    public synchronized void end() throws IOException {
        ending = true;
        keeper.close();
    }
}
