package dev.nowake.samples;

/**
 * Families of decoder-only transformers. The numbers are those of Llama 3 8B, Qwen2.5 7B and Mixtral 8x7B;
 * {@link Architecture#fit} scales them to the size wanted and keeps their proportions.
 */
public enum Preset {
    LLAMA("llama", "LlamaForCausalLM", 4096, 14336, 32, 128_256, 4, 0),
    QWEN("qwen2", "Qwen2ForCausalLM", 3584, 18944, 28, 152_064, 7, 0),
    MIXTRAL("mixtral", "MixtralForCausalLM", 4096, 14336, 32, 32_000, 4, 8);

    final String modelType;
    final String className;
    final int hidden;
    final int intermediate;
    final int layers;
    final int vocabulary;
    final int queriesPerKey;
    final int experts;

    Preset(
            String modelType,
            String className,
            int hidden,
            int intermediate,
            int layers,
            int vocabulary,
            int queriesPerKey,
            int experts) {
        this.modelType = modelType;
        this.className = className;
        this.hidden = hidden;
        this.intermediate = intermediate;
        this.layers = layers;
        this.vocabulary = vocabulary;
        this.queriesPerKey = queriesPerKey;
        this.experts = experts;
    }

    /** What GGUF calls the family: Mixtral is a llama with experts there. */
    String ggufArchitecture() {
        return this == QWEN ? "qwen2" : "llama";
    }
}
