package dev.nowake.samples;

import java.util.ArrayList;
import java.util.List;

/** The same weights under the names, and in the order, in which llama.cpp's converter writes them. */
final class GgufNames {
    private GgufNames() {}

    static List<WeightTensor> tensors(Architecture model) {
        List<WeightTensor> all = new ArrayList<>();
        all.add(matrix(model, "token_embd", model.vocabulary(), model.hidden()));
        for (int layer = 0; layer < model.layers(); layer++) {
            addLayer(all, model, "blk." + layer + ".");
        }
        all.add(vector("output_norm.weight", model.hidden()));
        all.add(matrix(model, "output", model.vocabulary(), model.hidden()));
        return all;
    }

    private static void addLayer(List<WeightTensor> all, Architecture model, String prefix) {
        int hidden = model.hidden();
        int wide = model.intermediate();
        int keyRows = model.keyHeads() * model.headSize();
        int experts = model.preset().experts;
        all.add(vector(prefix + "attn_norm.weight", hidden));
        if (experts == 0) {
            all.add(matrix(model, prefix + "ffn_down", hidden, wide));
            all.add(matrix(model, prefix + "ffn_gate", wide, hidden));
            all.add(matrix(model, prefix + "ffn_up", wide, hidden));
        } else {
            all.add(WeightTensor.of(prefix + "ffn_gate_inp.weight", DType.F32, experts, hidden));
            all.add(matrix(model, prefix + "ffn_gate_exps", experts, wide, hidden));
            all.add(matrix(model, prefix + "ffn_down_exps", experts, hidden, wide));
            all.add(matrix(model, prefix + "ffn_up_exps", experts, wide, hidden));
        }
        all.add(vector(prefix + "ffn_norm.weight", hidden));
        boolean biased = model.preset() == Preset.QWEN;
        addProjection(all, model, prefix + "attn_k", keyRows, biased);
        addProjection(all, model, prefix + "attn_output", hidden, false);
        addProjection(all, model, prefix + "attn_q", hidden, biased);
        addProjection(all, model, prefix + "attn_v", keyRows, biased);
    }

    private static void addProjection(
            List<WeightTensor> all, Architecture model, String name, int rows, boolean biased) {
        if (biased) {
            all.add(vector(name + ".bias", rows));
        }
        all.add(matrix(model, name, rows, model.hidden()));
    }

    private static WeightTensor matrix(Architecture model, String name, long... shape) {
        return WeightTensor.of(name + ".weight", model.type(), shape);
    }

    private static WeightTensor vector(String name, long length) {
        return WeightTensor.of(name, DType.F32, length);
    }
}
