package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.FileId;
import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import dev.nowake.model.format.ShardName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The order of a model's shards, as it was identified; of a file that belongs to no model yet, as the names of the files beside it
 * number them.
 */
public final class ModelOrder implements ShardOrder {
    private record Numbered(int number, Twin twin) {}

    private final Function<FileId, Model> models;
    private final Supplier<? extends Collection<? extends Twin>> twins;

    /**
     * @param models the model a local file is of; null where it is not known
     * @param twins all of the mirror
     */
    public ModelOrder(Function<FileId, Model> models, Supplier<? extends Collection<? extends Twin>> twins) {
        this.models = models;
        this.twins = twins;
    }

    @Override
    public List<Twin> after(Twin twin) {
        Model model = models.apply(twin.id());
        return model == null ? byName(twin) : byModel(twin, model);
    }

    private List<Twin> byModel(Twin twin, Model model) {
        Map<FileId, Twin> byId = new HashMap<>();
        twins.get().forEach(each -> byId.put(each.id(), each));
        List<Twin> after = new ArrayList<>();
        boolean passed = false;
        for (Shard shard : model.shards()) {
            Twin each = byId.get(shard.id());
            if (passed && each != null) {
                after.add(each);
            }
            passed |= shard.id().equals(twin.id());
        }
        return after;
    }

    private List<Twin> byName(Twin twin) {
        Optional<ShardName> own = ShardName.parse(PathText.nameOf(twin.local()));
        if (own.isEmpty()) {
            return List.of();
        }
        List<Numbered> after = new ArrayList<>();
        for (Twin each : twins.get()) {
            if (twin.local().getParent().equals(each.local().getParent())) {
                ShardName.parse(PathText.nameOf(each.local()))
                        .filter(name -> name.sameModel(own.get())
                                && name.number() > own.get().number())
                        .ifPresent(name -> after.add(new Numbered(name.number(), each)));
            }
        }
        after.sort(Comparator.comparingInt(Numbered::number));
        return after.stream().map(Numbered::twin).toList();
    }
}
