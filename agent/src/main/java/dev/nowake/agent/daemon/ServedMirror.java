package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.evict.DiskFigures;
import dev.nowake.agent.mirror.serve.Mirror;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.mirror.store.RemoteState;
import dev.nowake.agent.observe.Amounts;
import java.util.ArrayList;
import java.util.List;

/**
 * A configured mirror, served or not, and how it stands. Any thread.
 */
final class ServedMirror {
    private final Mirror mirror;
    private final MirrorDisks.Place place;
    private final MirrorHeard heard;
    private final String notServed;
    private volatile MirrorSettings settings;
    private volatile List<String> pending = List.of();
    private final SlowLook<MirrorStanding> look = new SlowLook<>(this::standing);

    private ServedMirror(
            MirrorSettings settings, Mirror mirror, MirrorDisks.Place place, MirrorHeard heard, String notServed) {
        this.settings = settings;
        this.mirror = mirror;
        this.place = place;
        this.heard = heard;
        this.notServed = notServed;
    }

    static ServedMirror of(Mirror mirror, MirrorDisks.Place place, MirrorHeard heard) {
        return new ServedMirror(mirror.settings(), mirror, place, heard, null);
    }

    /** {@code why}: one line. */
    static ServedMirror not(MirrorSettings settings, String why) {
        return new ServedMirror(settings, null, null, null, why);
    }

    String name() {
        return settings.name();
    }

    boolean isServed() {
        return mirror != null;
    }

    /** One line; null where it is served. */
    String notServed() {
        return notServed;
    }

    /** Null where it is not served. */
    Mirror mirror() {
        return mirror;
    }

    /** Null where it is not served. */
    MirrorDisks.Place place() {
        return place;
    }

    /** Null where it is not served. */
    MirrorHeard heard() {
        return heard;
    }

    MirrorSettings settings() {
        return settings;
    }

    /**
     * What the configuration says now.
     *
     * @param waiting keys that it takes only when it is opened the next time
     */
    void configured(MirrorSettings now, List<String> waiting) {
        settings = now;
        pending = waiting;
    }

    /** Looks, where it is served. */
    void ask() {
        if (mirror != null) {
            look.ask();
        }
    }

    /** What was asked, or what was known before where there is no answer by the deadline. */
    MirrorStanding get(long deadlineNanos) {
        if (mirror == null) {
            return new MirrorStanding(settings, null, null, notServed, List.of(), 0);
        }
        SlowLook.Seen<MirrorStanding> seen = look.get(deadlineNanos);
        return seen.isLate() ? late(seen) : seen.value();
    }

    private MirrorStanding late(SlowLook.Seen<MirrorStanding> seen) {
        String hangs = "its local disk does not answer";
        if (seen.value() == null) {
            return new MirrorStanding(settings, null, null, hangs, List.of(hangs), 0);
        }
        List<String> troubles = new ArrayList<>(seen.value().troubles());
        troubles.addFirst(hangs);
        return new MirrorStanding(
                settings, seen.value().figures(), seen.value().disk(), null, troubles, seen.agoSeconds());
    }

    private MirrorStanding standing() {
        MirrorFigures figures = mirror.figures();
        DiskFigures disk = place.figures();
        return new MirrorStanding(settings, figures, disk, null, troubles(figures, disk), 0);
    }

    /** The worst first. */
    private List<String> troubles(MirrorFigures figures, DiskFigures disk) {
        List<String> troubles = new ArrayList<>();
        if (figures.gate().tripped()) {
            troubles.add("its gate stopped answering: missing bytes are EIO until nowake is restarted");
        }
        if (!figures.hearsOpens()) {
            troubles.add("it has stopped looking at opens: files are read as they are until nowake is restarted");
        }
        if (figures.filling().isBroken()) {
            troubles.add("its local disk fails: nothing is written any more");
        }
        RemoteState remote = figures.stored().state();
        if (!remote.isReachable() && remote.isAsked()) {
            troubles.add("the remote does not answer: " + remote.why());
        }
        if (disk != null && disk.missingBytes() > 0) {
            troubles.add(Amounts.bytes(disk.missingBytes()) + " of room are missing on its local disk: " + disk.why());
        }
        int hanging = figures.filling().abandonedThreads() + figures.stored().callsLeftBehind();
        if (hanging > 0) {
            troubles.add(hanging + " requests to the remote have not come back");
        }
        if (!pending.isEmpty()) {
            troubles.add("changed in the configuration, restart to apply: " + String.join(", ", pending));
        }
        String warning = heard.lately();
        if (warning != null) {
            troubles.add(warning);
        }
        return troubles;
    }
}
