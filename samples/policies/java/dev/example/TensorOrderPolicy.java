package dev.example;

import dev.nowake.model.Shard;
import dev.nowake.model.Tensor;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A policy in Java: tensors in the order a forward pass needs them (embeddings, layer 0, 1, 2, ..., the rest), although
 * files often hold them by name: "layer 10" before "layer 2".
 *
 * <p>Like one in JavaScript it gets a picture of the moment and returns steps, without waiting and without I/O. Build it
 * against nowake's {@code policies} jar, pack it with {@code META-INF/services/dev.nowake.policy.Policy} and drop the jar
 * into a plugin folder; README.md beside the JavaScript samples has the commands.
 */
public final class TensorOrderPolicy implements Policy {
    private static final Pattern LAYER = Pattern.compile("\\b(?:layers|blk|h)\\.(\\d{1,6})\\.");

    private record Wanted(Shard shard, Tensor tensor, long order) {}

    @Override
    public String name() {
        return "tensor-order";
    }

    @Override
    public String description() {
        return "prefetches tensors layer by layer";
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of("layers", new Argument.Count(8)); // so many layers in one plan
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        if (input.load() == null || input.load().ended()) {
            return List.of(); // nothing is being loaded: ticks and memory pressure come then too
        }
        List<Wanted> wanted = new ArrayList<>();
        for (Shard shard : input.model().shards()) {
            // unknown until the header was read, which asking brings about: a later call finds it
            for (Tensor tensor : input.layouts().of(shard.id()).tensors()) {
                if (!isRead(input, shard, tensor)) {
                    wanted.add(new Wanted(shard, tensor, order(tensor.name())));
                }
            }
        }
        wanted.sort(Comparator.comparingLong(Wanted::order));
        if (wanted.isEmpty()) {
            return List.of();
        }
        long last = wanted.getFirst().order() + (Long) input.args().get("layers");
        List<Step> steps = new ArrayList<>();
        for (Wanted next : wanted) {
            if (next.order() < last) {
                steps.add(new Step.Prefetch(
                        next.shard().id(),
                        next.tensor().bytes().start(),
                        next.tensor().bytes().lengthBytes(),
                        next.tensor().name()));
            }
        }
        return steps;
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        List<Step> steps = new ArrayList<>();
        if (input.trigger() == Trigger.CLOSE && input.load() != null && input.load().ended()) {
            input.load().files().forEach(file -> steps.add(Step.Evict.whole(file.id(), "last reader gone")));
        }
        return steps;
    }

    private static boolean isRead(PolicyInput input, Shard shard, Tensor tensor) {
        return input.load().files().stream()
                .filter(file -> file.id().equals(shard.id()))
                .anyMatch(file -> file.touched()
                                .within(tensor.bytes().start(), tensor.bytes().end())
                                .bytes()
                        == tensor.bytes().lengthBytes());
    }

    /** Embeddings first, then layers by number, then what has no number. */
    private static long order(String tensor) {
        Matcher layer = LAYER.matcher(tensor);
        if (layer.find()) {
            return 1 + Long.parseLong(layer.group(1));
        }
        return tensor.contains("embed") || tensor.contains("token_embd") ? 0 : 1L << 40;
    }
}
