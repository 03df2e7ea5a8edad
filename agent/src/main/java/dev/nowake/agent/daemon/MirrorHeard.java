package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.serve.MirrorListener;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.PathLabel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Hears what one mirror does, tells the journal, and remembers the last warning for a while. Any thread. */
final class MirrorHeard implements MirrorListener {
    /** Whoever looks at the status within this long after something went wrong is to see it there. */
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(10);

    private record Warning(String line, long nanos) {}

    private final String name;
    private final MirrorDisks.Place place;
    private final Counters counters;
    private final Journal journal;
    private boolean reachable = true;
    private volatile Warning warning;

    MirrorHeard(MirrorSettings settings, MirrorDisks.Place place, Counters counters, Journal journal) {
        this.name = settings.name();
        this.place = place;
        this.counters = counters;
        this.journal = journal;
    }

    Journal.Line line(String event) {
        return journal.line(LineKind.MIRROR).put("mirror", name).put("event", event);
    }

    @Override
    public void filled(FillNews news) {
        line(news.kind().label())
                .put("path", news.file() == null ? null : text(news.file()))
                .put("bytes", news.bytes() == 0 ? null : news.bytes())
                .put("seconds", news.seconds() == 0 ? null : news.seconds())
                .put("reason", news.line())
                .log();
    }

    private static String text(Path path) {
        return PathLabel.of(path).text();
    }

    @Override
    public synchronized void synced(SyncOutcome outcome) {
        boolean answers = outcome.unreachable() == null;
        if (answers != reachable) {
            reachable = answers;
            line(answers ? "reachable" : "unreachable")
                    .put("reason", outcome.unreachable())
                    .log();
        }
        boolean changed = outcome.appeared() + outcome.changed() + outcome.removed() > 0;
        if (changed || !outcome.told().isEmpty()) {
            line("synced")
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
        warning = new Warning(line, System.nanoTime());
        counters.increment(Counter.ERRORS);
        line("failed").put("reason", line).log();
    }

    /** The last warning; null where there was none lately. */
    String lately() {
        Warning last = warning;
        return last == null || System.nanoTime() - last.nanos() > REMEMBERED_NANOS ? null : last.line();
    }
}
