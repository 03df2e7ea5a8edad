package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.serve.Mirror;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorListener;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The mirrors of one daemon. One that cannot be opened is told of and left out: the others, and the daemon, go on. Mirrors in
 * observe mode are not opened at all.
 */
final class Mirrors implements AutoCloseable {
    private final Counters counters;
    private final Journal journal;
    private final List<Mirror> open = new ArrayList<>();
    private final MirrorDisks disks;

    /** {@code disks}: what keeps the mirrors' disks within their limits, from {@link #open} to {@link #close}. */
    Mirrors(MirrorDisks disks, Counters counters, Journal journal) {
        this.disks = disks;
        this.counters = counters;
        this.journal = journal;
    }

    /**
     * @param runFolder on a filesystem that is empty after a reboot
     * @param own where no mirror may be
     */
    synchronized void open(List<MirrorSettings> all, Kernel kernel, Path runFolder, OwnPlaces own) {
        for (MirrorSettings settings : all) {
            if (settings.mode() == Mode.OBSERVE) {
                line(settings.name(), "observe")
                        .put("reason", "not served: its mode is observe")
                        .log();
                continue;
            }
            try {
                own.refuseBelow(settings);
                MirrorDisks.Place place = disks.place();
                Mirror mirror = Mirror.open(
                        settings,
                        new Mirror.Host(
                                kernel, runFolder, place::make, new Heard(settings, place), Clocks.HOST::instant));
                open.add(mirror);
                begin(place, mirror);
                line(settings.name(), "open")
                        .put("path", PathLabel.of(settings.local()).text())
                        .put("remote", PathLabel.of(settings.remote()).text())
                        .log();
            } catch (IOException refused) {
                failed(settings.name(), refused.getMessage());
            } catch (RuntimeException broken) { // the others, and the daemon, go on
                failed(settings.name(), broken.toString());
            }
        }
    }

    private void begin(MirrorDisks.Place place, Mirror mirror) {
        try {
            place.begin(mirror);
        } catch (IOException unknown) {
            failed(
                    mirror.settings().name(),
                    "nothing leaves its disk, which cannot be looked at: " + unknown.getMessage());
        }
    }

    synchronized List<MirrorFigures> figures() {
        return open.stream().map(Mirror::figures).toList();
    }

    private Journal.Line line(String mirror, String event) {
        return journal.line(LineKind.MIRROR).put("mirror", mirror).put("event", event);
    }

    private void failed(String mirror, String why) {
        counters.increment(Counter.ERRORS);
        line(mirror, "failed").put("reason", why).log();
    }

    private final class Heard implements MirrorListener {
        private final String name;
        private final MirrorDisks.Place place;
        private boolean reachable = true;

        private Heard(MirrorSettings settings, MirrorDisks.Place place) {
            this.name = settings.name();
            this.place = place;
        }

        @Override
        public void filled(FillNews news) {
            line(name, news.kind().label())
                    .put(
                            "path",
                            news.file() == null
                                    ? null
                                    : PathLabel.of(news.file()).text())
                    .put("bytes", news.bytes() == 0 ? null : news.bytes())
                    .put("seconds", news.seconds() == 0 ? null : news.seconds())
                    .put("reason", news.line())
                    .log();
        }

        @Override
        public synchronized void synced(SyncOutcome outcome) {
            boolean answers = outcome.unreachable() == null;
            if (answers != reachable) {
                reachable = answers;
                line(name, answers ? "reachable" : "unreachable")
                        .put("reason", outcome.unreachable())
                        .log();
            }
            boolean changed = outcome.appeared() + outcome.changed() + outcome.removed() > 0;
            if (changed || !outcome.told().isEmpty()) {
                line(name, "synced")
                        .put("files", outcome.files())
                        .put("appeared", outcome.appeared())
                        .put("changed", outcome.changed())
                        .put("removed", outcome.removed())
                        .put("skipped", outcome.skipped())
                        .put("told", outcome.told().isEmpty() ? null : outcome.told())
                        .put("seconds", outcome.took().toNanos() / 1e9)
                        .log();
            }
        }

        @Override
        public void opened(Twin twin, int pid) {
            place.loaded(twin); // nothing to tell: the load that begins with it is told of
        }

        @Override
        public void warned(String line) {
            failed(name, line);
        }
    }

    /** Ends them in order; who waits for missing bytes goes on waiting for a successor. */
    @Override
    public synchronized void close() {
        disks.close();
        for (Mirror mirror : open) {
            try {
                mirror.close();
            } catch (IOException trouble) {
                failed(mirror.settings().name(), "not ended in order: " + trouble.getMessage());
            }
        }
        open.clear();
    }
}
