package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.mirror.serve.Mirror;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The mirrors of one daemon. One that cannot be opened is told of, left out and tried again: the others, and the daemon, go on.
 * Mirrors in observe mode are not opened at all. Opening and closing are one thing at a time; who looks waits for neither.
 */
final class Mirrors implements AutoCloseable {
    /**
     * What mirrors need of their host.
     *
     * @param runFolder on a filesystem that is empty after a reboot
     * @param own where no mirror may be
     */
    record Host(Kernel kernel, Path runFolder, OwnPlaces own) {}

    private static final String OBSERVED = "observe";

    /** A disk that is mounted late, another daemon that ends. A quarter longer each time. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private static final Duration AGAIN_AT_MOST = Duration.ofMinutes(1);

    private final Host host;
    private final Counters counters;
    private final Journal journal;
    private final MirrorDisks disks;
    private volatile List<ServedMirror> all = List.of();

    /** Tries those again that could not be opened; null while there are none. */
    private Thread again;

    private boolean closed;

    /** {@code disks}: what keeps the mirrors' disks within their limits, until {@link #close}. */
    Mirrors(Host host, MirrorDisks disks, Counters counters, Journal journal) {
        this.host = host;
        this.disks = disks;
        this.counters = counters;
        this.journal = journal;
    }

    /**
     * From now on these are the mirrors: others are closed in order, new ones and those that could not be opened before are
     * opened. One that is served goes on; what it cannot take meanwhile waits for the next start.
     */
    synchronized void follow(List<MirrorSettings> next) {
        if (closed) {
            return;
        }
        List<ServedMirror> left = new ArrayList<>();
        for (ServedMirror each : all) {
            MirrorSettings settings = named(each.name(), next);
            if (settings != null && settings.mode() == Mode.ENFORCE) {
                left.add(each);
            } else {
                end(each, settings == null ? "removed from the configuration" : "its mode is observe");
            }
        }
        List<ServedMirror> former = all;
        all = List.copyOf(left);
        List<ServedMirror> now = new ArrayList<>();
        for (MirrorSettings settings : next) {
            ServedMirror known = left.stream()
                    .filter(each -> each.name().equals(settings.name()))
                    .findAny()
                    .orElse(null);
            if (known != null && known.isServed()) {
                change(known, settings);
                now.add(known);
            } else {
                now.add(open(settings, notServed(settings.name(), former)));
            }
        }
        all = List.copyOf(now);
        tryAgainLater();
    }

    private static boolean isWanting(ServedMirror mirror) {
        return !mirror.isServed() && mirror.settings().mode() == Mode.ENFORCE;
    }

    private synchronized void tryAgainLater() {
        if (!closed && again == null && all.stream().anyMatch(Mirrors::isWanting)) {
            again = Thread.ofPlatform().name("mirrors-again").daemon().start(this::tryAgain);
        }
    }

    private void tryAgain() {
        try {
            Duration pause = AGAIN;
            do {
                Thread.sleep(pause);
                pause = pause.plus(pause.dividedBy(2));
                pause = pause.compareTo(AGAIN_AT_MOST) > 0 ? AGAIN_AT_MOST : pause;
            } while (!openMissing());
        } catch (InterruptedException closing) {
            // none is opened any more
        }
    }

    /** Whether none is missing any more. */
    private synchronized boolean openMissing() {
        if (closed) {
            return true;
        }
        all = all.stream()
                .map(each -> isWanting(each) ? open(each.settings(), each.notServed()) : each)
                .toList();
        if (all.stream().anyMatch(Mirrors::isWanting)) {
            return false;
        }
        again = null;
        return true;
    }

    private static MirrorSettings named(String name, List<MirrorSettings> in) {
        return in.stream().filter(each -> each.name().equals(name)).findAny().orElse(null);
    }

    /** What was said of it before: it is not said again. Null for nothing. */
    private static String notServed(String name, List<ServedMirror> in) {
        return in.stream()
                .filter(each -> each.name().equals(name) && !each.isServed())
                .map(ServedMirror::notServed)
                .findAny()
                .orElse(null);
    }

    private ServedMirror open(MirrorSettings settings, String said) {
        if (settings.mode() == Mode.OBSERVE) {
            if (!OBSERVED.equals(said)) {
                line(settings.name(), "observe")
                        .put("reason", "not served: its mode is observe")
                        .log();
            }
            return ServedMirror.not(settings, OBSERVED);
        }
        try {
            host.own().refuseBelow(settings);
            MirrorDisks.Place place = disks.place();
            MirrorHeard heard = new MirrorHeard(settings, place, counters, journal);
            Mirror mirror = Mirror.open(
                    settings,
                    new Mirror.Host(host.kernel(), host.runFolder(), place::make, heard, Clocks.HOST::instant));
            ServedMirror served = ServedMirror.of(mirror, place, heard);
            begin(served, settings);
            line(settings.name(), "open")
                    .put("path", PathLabel.of(settings.local()).text())
                    .put("remote", PathLabel.of(settings.remote()).text())
                    .log();
            return served;
        } catch (IOException refused) {
            return failed(settings, String.valueOf(refused.getMessage()), said);
        } catch (RuntimeException broken) { // the others, and the daemon, go on
            return failed(settings, broken.toString(), said);
        }
    }

    private void begin(ServedMirror served, MirrorSettings settings) {
        try {
            served.place().begin(served.mirror(), settings);
        } catch (IOException unknown) {
            served.heard().warned("nothing leaves its disk, which cannot be looked at: " + unknown.getMessage());
        }
    }

    private void change(ServedMirror served, MirrorSettings next) {
        if (!MirrorChange.between(served.settings(), next).atOnce().isEmpty()) {
            begin(served, next);
        }
        served.configured(
                next, MirrorChange.between(served.mirror().settings(), next).atRestart());
    }

    private ServedMirror failed(MirrorSettings settings, String why, String said) {
        if (!why.equals(said)) {
            counters.increment(Counter.ERRORS);
            line(settings.name(), "failed").put("reason", why).log();
        }
        return ServedMirror.not(settings, why);
    }

    private Journal.Line line(String mirror, String event) {
        return journal.line(LineKind.MIRROR).put("mirror", mirror).put("event", event);
    }

    /** Those configured, as they are now. */
    List<ServedMirror> all() {
        return all;
    }

    boolean isServed(String name) {
        return all.stream().anyMatch(each -> each.isServed() && each.name().equals(name));
    }

    /** How they stand; what does not answer within so long stands as it did. */
    List<MirrorStanding> standings(long patienceNanos) {
        List<ServedMirror> now = all;
        now.forEach(ServedMirror::ask);
        long deadline = System.nanoTime() + patienceNanos;
        return now.stream().map(each -> each.get(deadline)).toList();
    }

    /** In order: who waits for missing bytes goes on waiting for a successor. */
    private void end(ServedMirror served, String reason) {
        if (!served.isServed()) {
            return;
        }
        served.place().close();
        try {
            served.mirror().close();
            if (reason != null) {
                line(served.name(), "closed").put("reason", reason).log();
            }
        } catch (IOException trouble) {
            served.heard().warned("not ended in order: " + trouble.getMessage());
        }
    }

    /** Ends them all; none is opened any more. */
    @Override
    public synchronized void close() {
        closed = true;
        if (again != null) {
            again.interrupt();
        }
        disks.close();
        all.forEach(served -> end(served, null));
        all = List.of();
    }
}
