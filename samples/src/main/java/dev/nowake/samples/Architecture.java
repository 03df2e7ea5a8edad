package dev.nowake.samples;

import java.util.ArrayList;
import java.util.List;

/** The dimensions of one model and the tensors that follow from them. */
public record Architecture(
        Preset preset, DType type, int hidden, int intermediate, int layers, int heads, int keyHeads, int vocabulary) {

    /**
     * The model of a family whose size comes nearest to {@code totalBytes}: within two percent.
     *
     * @throws IllegalArgumentException when {@code totalBytes} is below 256 KiB
     */
    public static Architecture fit(Preset preset, DType type, long totalBytes) {
        if (totalBytes < 256 << 10) {
            throw new IllegalArgumentException("a model needs at least 256 KiB, not " + totalBytes + " bytes");
        }
        Architecture best = null;
        double bestBadness = Double.MAX_VALUE;
        // A head of eight is the smallest worth the name; every multiple of it can be cut into whole groups of heads.
        int step = 8 * preset.queriesPerKey;
        for (int hidden = step; hidden <= 16384; hidden += step) {
            Architecture one = scaled(preset, type, hidden, 1);
            long layerBytes = one.layerBytes();
            long otherBytes = one.sizeBytes() - layerBytes;
            long layers = Math.clamp(Math.round((double) (totalBytes - otherBytes) / layerBytes), 1, 160);
            double missing = Math.abs(otherBytes + layers * layerBytes - totalBytes) / (double) totalBytes;
            // Proportions matter less than the size: a model twice as deep as its family costs 0.7 % of size error.
            double depth = Math.abs(Math.log((double) hidden / layers / ((double) preset.hidden / preset.layers)));
            double badness = missing + 0.01 * depth;
            if (badness < bestBadness) {
                bestBadness = badness;
                best = scaled(preset, type, hidden, (int) layers);
            }
        }
        return best.withVocabularyFor(totalBytes);
    }

    private static Architecture scaled(Preset preset, DType type, int hidden, int layers) {
        double scale = (double) hidden / preset.hidden;
        int intermediate = Math.max(32, (int) Math.round(preset.intermediate * scale / 32) * 32);
        int vocabulary = Math.clamp(Math.round(preset.vocabulary * scale / 64) * 64, 256, preset.vocabulary);
        int keyHeads = 1;
        while (hidden % (preset.queriesPerKey * keyHeads) != 0 || hidden / (preset.queriesPerKey * keyHeads) > 128) {
            keyHeads++;
        }
        int heads = preset.queriesPerKey * keyHeads;
        return new Architecture(preset, type, hidden, intermediate, layers, heads, keyHeads, vocabulary);
    }

    /** Layers come whole, words of a vocabulary one by one: it takes up the last few percent. */
    private Architecture withVocabularyFor(long totalBytes) {
        long wordBytes = 2L * hidden * type.bytesPerWeight();
        long words = vocabulary + (totalBytes - sizeBytes()) / wordBytes;
        int fitting = Math.clamp(words, vocabulary / 2, 2 * vocabulary);
        return new Architecture(preset, type, hidden, intermediate, layers, heads, keyHeads, fitting);
    }

    int headSize() {
        return hidden / heads;
    }

    long sizeBytes() {
        return tensors().stream().mapToLong(WeightTensor::sizeBytes).sum();
    }

    private long layerBytes() {
        return layer(0).stream().mapToLong(WeightTensor::sizeBytes).sum();
    }

    /** All tensors under the names of Hugging Face transformers, in the order of a state dictionary. */
    public List<WeightTensor> tensors() {
        List<WeightTensor> all = new ArrayList<>();
        all.add(tensor("model.embed_tokens.weight", vocabulary, hidden));
        for (int layer = 0; layer < layers; layer++) {
            all.addAll(layer(layer));
        }
        all.add(tensor("model.norm.weight", hidden));
        all.add(tensor("lm_head.weight", vocabulary, hidden));
        return all;
    }

    private List<WeightTensor> layer(int index) {
        String prefix = "model.layers." + index + ".";
        List<WeightTensor> all = new ArrayList<>();
        addAttention(all, prefix + "self_attn.");
        if (preset.experts == 0) {
            addFeedForward(all, prefix + "mlp.", "gate_proj", "up_proj", "down_proj");
        } else {
            all.add(tensor(prefix + "block_sparse_moe.gate.weight", preset.experts, hidden));
            for (int expert = 0; expert < preset.experts; expert++) {
                addFeedForward(all, prefix + "block_sparse_moe.experts." + expert + ".", "w1", "w3", "w2");
            }
        }
        all.add(tensor(prefix + "input_layernorm.weight", hidden));
        all.add(tensor(prefix + "post_attention_layernorm.weight", hidden));
        return all;
    }

    private void addAttention(List<WeightTensor> all, String prefix) {
        int keyRows = keyHeads * headSize();
        for (String name : List.of("q_proj", "k_proj", "v_proj")) {
            int rows = name.equals("q_proj") ? hidden : keyRows;
            all.add(tensor(prefix + name + ".weight", rows, hidden));
            if (preset == Preset.QWEN) {
                all.add(tensor(prefix + name + ".bias", rows));
            }
        }
        all.add(tensor(prefix + "o_proj.weight", hidden, hidden));
    }

    private void addFeedForward(List<WeightTensor> all, String prefix, String gate, String up, String down) {
        all.add(tensor(prefix + gate + ".weight", intermediate, hidden));
        all.add(tensor(prefix + up + ".weight", intermediate, hidden));
        all.add(tensor(prefix + down + ".weight", hidden, intermediate));
    }

    private WeightTensor tensor(String name, long... shape) {
        return WeightTensor.of(name, type, shape);
    }

    /** The {@code config.json} that lies beside such a model. */
    String configJson() {
        String experts = preset.experts == 0 ? "" : "  \"num_local_experts\": 8,\n  \"num_experts_per_tok\": 2,\n";
        return """
                {
                  "architectures": ["%s"],
                  "model_type": "%s",
                  "hidden_size": %d,
                  "intermediate_size": %d,
                  "num_hidden_layers": %d,
                  "num_attention_heads": %d,
                  "num_key_value_heads": %d,
                  "vocab_size": %d,
                %s  "torch_dtype": "%s"
                }
                """.formatted(
                        preset.className,
                        preset.modelType,
                        hidden,
                        intermediate,
                        layers,
                        heads,
                        keyHeads,
                        vocabulary,
                        experts,
                        type == DType.BF16 ? "bfloat16" : "float16");
    }
}
