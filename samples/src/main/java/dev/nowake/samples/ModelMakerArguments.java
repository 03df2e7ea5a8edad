package dev.nowake.samples;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/** The command line of {@link ModelMaker}. */
record ModelMakerArguments(ModelSpec spec, Path folder) {
    static final String USAGE = """
            usage: ModelMaker DIR [--preset llama|qwen|mixtral] [--size 1GiB] [--shards 1] [--format safetensors|gguf]
                   [--type bf16|f16] [--content random|cold|sparse] [--placement folder|hugging-face|ollama]
                   [--name NAME] [--seed 1] [--sync]""";

    static ModelMakerArguments parse(String[] args) {
        Path folder = null;
        ModelSpec spec = ModelSpec.of(Preset.LLAMA, 1L << 30);
        String name = null;
        Iterator<String> words = Arrays.asList(args).iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (!word.startsWith("--")) {
                folder = Path.of(word);
            } else if (word.equals("--sync")) {
                spec = spec.withSync(true);
            } else if (!words.hasNext()) {
                throw new IllegalArgumentException(word + " needs a value");
            } else if (word.equals("--name")) {
                name = words.next();
            } else {
                spec = with(spec, word, words.next());
            }
        }
        if (folder == null) {
            throw new IllegalArgumentException("no folder given");
        }
        return new ModelMakerArguments(
                spec.withName(name == null ? spec.preset().modelType + "-sample" : name), folder);
    }

    private static ModelSpec with(ModelSpec spec, String option, String value) {
        return switch (option) {
            case "--preset" -> withPreset(spec, constant(Preset.class, value));
            case "--size" -> withSize(spec, Sizes.parse(value));
            case "--shards" -> spec.withShards(Integer.parseInt(value));
            case "--format" -> spec.withFormat(constant(ModelSpec.Format.class, value));
            case "--type" -> spec.withType(constant(DType.class, value));
            case "--content" -> spec.withContent(constant(ModelSpec.Content.class, value));
            case "--placement" -> spec.withPlacement(constant(ModelPlacement.class, value));
            case "--seed" -> spec.withSeed(Long.parseLong(value));
            default -> throw new IllegalArgumentException("unknown option " + option);
        };
    }

    private static ModelSpec withPreset(ModelSpec spec, Preset preset) {
        return new ModelSpec(
                spec.name(),
                preset,
                spec.format(),
                spec.type(),
                spec.totalBytes(),
                spec.shards(),
                spec.content(),
                spec.placement(),
                spec.sync(),
                spec.seed());
    }

    private static ModelSpec withSize(ModelSpec spec, long totalBytes) {
        return new ModelSpec(
                spec.name(),
                spec.preset(),
                spec.format(),
                spec.type(),
                totalBytes,
                spec.shards(),
                spec.content(),
                spec.placement(),
                spec.sync(),
                spec.seed());
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String value) {
        return Enum.valueOf(type, value.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
