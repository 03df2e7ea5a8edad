package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.rules.Choice;
import dev.nowake.agent.rules.Reader;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.agent.rules.Subject;
import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import java.util.ArrayList;
import java.util.List;

/** How a load begins: which files it is of, and which rule is for it. */
record LoadStart(Model model, Choice choice) {
    /** The files that are this model's own, in order; a blob two revisions share belongs to the first. */
    static List<TrackedShard> shards(CatalogSnapshot snapshot, CatalogEntry entry) {
        List<TrackedShard> shards = new ArrayList<>();
        for (Shard shard : entry.model().shards()) {
            CatalogEntry found = snapshot.find(shard.id());
            if (found != null && found.model().equals(entry.model())) {
                shards.add(new TrackedShard(found.shard(), found.path()));
            }
        }
        if (shards.isEmpty()) {
            shards.add(new TrackedShard(entry.shard(), entry.path())); // the catalogue moved on meanwhile
        }
        return shards;
    }

    /** Changes nothing. {@code pid}: the reader's, 0 where it is unknown. */
    static LoadStart look(Parts parts, RuleBook rules, List<TrackedShard> shards, CatalogEntry entry, int pid) {
        Model model = new Model(
                entry.model().name(),
                entry.model().format(),
                shards.stream().map(TrackedShard::shard).toList());
        String mountType = parts.mounts().of(entry.shard().id().device()).fsType();
        Reader reader = new Reader(parts.procRoot(), pid);
        return new LoadStart(
                model,
                rules.choose(
                        new Subject(entry.path(), model.format(), model.sizeBytes(), mountType, reader),
                        parts.switches().modes()));
    }

    static ActiveLoad of(Parts parts, RuleBook rules, List<TrackedShard> shards, CatalogEntry entry, int pid) {
        ActiveLoad active = look(parts, rules, shards, entry, pid).begin(parts, shards);
        active.load().number(parts.journal().nextLoad());
        return active;
    }

    /** A load that is in no book yet. */
    ActiveLoad begin(Parts parts, List<TrackedShard> shards) {
        Load load = new Load(model, shards, System.nanoTime());
        Switches switches = parts.switches();
        return new ActiveLoad(
                load,
                choice.effective(),
                choice.name(),
                choice.assignment(),
                parts.governor().open(),
                () -> switches.acts() && switches.modes().of(choice.rule(), choice.root()) == Mode.ENFORCE);
    }
}
