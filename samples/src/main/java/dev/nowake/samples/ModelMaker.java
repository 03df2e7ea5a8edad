package dev.nowake.samples;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a model that looks to a loader, and to nowake, like a real one. The plan (which tensor in which shard) comes
 * first; then each file is written in one pass at the speed of the disk.
 */
public final class ModelMaker {
    private final ModelSpec spec;
    private final Path folder;
    private final WeightFile weights;

    private ModelMaker(ModelSpec spec, Path folder) {
        this.spec = spec;
        this.folder = folder;
        this.weights = new WeightFile(spec.type(), spec.seed());
    }

    /**
     * Writes the model below {@code folder}, which is created when missing.
     *
     * @return the shards in their order, as a loader would open them: links in a Hugging Face cache
     * @throws IOException when the disk is full or the folder cannot be written
     * @throws IllegalArgumentException when the wishes contradict each other
     */
    public static List<Path> write(ModelSpec spec, Path folder) throws IOException {
        return new ModelMaker(spec, folder).writeAll();
    }

    /** {@code ModelMaker DIR --size 4GiB ...}: prints the shards, one a line. */
    public static void main(String[] args) throws IOException {
        try {
            ModelMakerArguments arguments = ModelMakerArguments.parse(args);
            write(arguments.spec(), arguments.folder()).forEach(System.out::println);
        } catch (IllegalArgumentException wrong) {
            System.err.println("ModelMaker: " + wrong.getMessage());
            System.err.println(ModelMakerArguments.USAGE);
            System.exit(2);
        }
    }

    private List<Path> writeAll() throws IOException {
        boolean gguf = spec.format() == ModelSpec.Format.GGUF;
        Architecture model = Architecture.fit(spec.preset(), spec.type(), spec.totalBytes());
        List<WeightTensor> tensors = gguf ? GgufNames.tensors(model) : model.tensors();
        List<List<WeightTensor>> shards = split(tensors, spec.shards());
        writeSmall("config.json", model.configJson());
        List<Path> paths = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            List<WeightTensor> own = shards.get(shard);
            byte[] head = gguf
                    ? GgufHeader.of(model, spec.name(), own, shard, shards.size(), tensors.size())
                    : SafetensorsHeader.of(own);
            long dataBytes = gguf ? GgufHeader.dataBytes(own) : sizeBytes(own);
            paths.add(writeShard(fileName(shard, shards.size()), head, head.length + dataBytes));
        }
        if (!gguf && shards.size() > 1) {
            writeSmall("model.safetensors.index.json", indexJson(shards));
        }
        return paths;
    }

    /** Fills shards in order, as transformers does: no tensor is cut, and each shard has at least one. */
    static List<List<WeightTensor>> split(List<WeightTensor> tensors, int shards) {
        if (shards < 1 || shards > tensors.size()) {
            throw new IllegalArgumentException(
                    "a model of " + tensors.size() + " tensors cannot have " + shards + " shards");
        }
        long totalBytes = sizeBytes(tensors);
        List<List<WeightTensor>> all = new ArrayList<>();
        List<WeightTensor> open = new ArrayList<>();
        long writtenBytes = 0;
        for (int i = 0; i < tensors.size(); i++) {
            open.add(tensors.get(i));
            writtenBytes += tensors.get(i).sizeBytes();
            int shardsLeft = shards - all.size() - 1;
            boolean full = writtenBytes * (double) shards >= (double) totalBytes * (all.size() + 1);
            boolean needed = tensors.size() - i - 1 == shardsLeft;
            if (shardsLeft > 0 && (full || needed)) {
                all.add(open);
                open = new ArrayList<>();
            }
        }
        all.add(open);
        return all;
    }

    private static long sizeBytes(List<WeightTensor> tensors) {
        return tensors.stream().mapToLong(WeightTensor::sizeBytes).sum();
    }

    private String fileName(int shard, int shards) {
        if (spec.format() == ModelSpec.Format.GGUF) {
            return shards == 1
                    ? spec.name() + ".gguf"
                    : "%s-%05d-of-%05d.gguf".formatted(spec.name(), shard + 1, shards);
        }
        return shards == 1 ? "model.safetensors" : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
    }

    private String indexJson(List<List<WeightTensor>> shards) {
        StringBuilder json = new StringBuilder("{\n  \"metadata\": {\n    \"total_size\": ");
        json.append(shards.stream().mapToLong(ModelMaker::sizeBytes).sum()).append("\n  },\n  \"weight_map\": {");
        String separator = "\n";
        for (int shard = 0; shard < shards.size(); shard++) {
            for (WeightTensor tensor : shards.get(shard)) {
                json.append("%s    \"%s\": \"%s\"".formatted(separator, tensor.name(), fileName(shard, shards.size())));
                separator = ",\n";
            }
        }
        return json.append("\n  }\n}\n").toString();
    }

    private Path writeShard(String file, byte[] head, long sizeBytes) throws IOException {
        Path path = spec.placement().place(folder, spec.name(), file);
        if (spec.content() == ModelSpec.Content.SPARSE) {
            WeightFile.writeSparse(path, head, sizeBytes);
        } else {
            weights.write(path, head, sizeBytes, spec.content() == ModelSpec.Content.COLD);
        }
        if (spec.sync()) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        return spec.placement().publish(folder, spec.name(), file);
    }

    private void writeSmall(String file, String text) throws IOException {
        Path path = spec.placement().place(folder, spec.name(), file);
        Files.write(path, text.getBytes(StandardCharsets.UTF_8));
        spec.placement().publish(folder, spec.name(), file);
    }
}
