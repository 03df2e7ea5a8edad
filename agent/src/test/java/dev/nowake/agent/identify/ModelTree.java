package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Builds model folders for tests: tiny files with true headers. */
final class ModelTree {
    static final FileAccess FILES = LinuxKernel.open(Binding.FFM).files();

    private ModelTree() {}

    /** A safetensors file of one tensor. */
    static byte[] safetensors(String tensor) {
        byte[] header = ("{\"" + tensor + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}")
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }

    /** A GGUF file without anything in it, which still differs by its content. */
    static byte[] gguf(int seed) {
        return ByteBuffer.allocate(28)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("GGUF".getBytes(StandardCharsets.US_ASCII))
                .putInt(3)
                .putLong(0)
                .putLong(0)
                .putInt(seed)
                .array();
    }

    static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    static Path write(Path file, String content) throws IOException {
        return write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A sharded safetensors model with its index; tensor names in an order unlike the shards'. */
    static void sharded(Path folder, int shards) throws IOException {
        Map<String, String> weightMap = new TreeMap<>();
        for (int i = 1; i <= shards; i++) {
            String name = String.format("model-%05d-of-%05d.safetensors", i, shards);
            write(folder.resolve(name), safetensors("layer." + i));
            weightMap.put("layer." + (shards - i), name);
        }
        write(folder.resolve("model.safetensors.index.json"), index(weightMap));
    }

    static String index(Map<String, String> weightMap) {
        StringBuilder json = new StringBuilder("{\"metadata\":{\"total_size\":1},\"weight_map\":{");
        weightMap.forEach((tensor, file) -> json.append(json.charAt(json.length() - 1) == '{' ? "" : ",")
                .append("\"" + tensor + "\":\"" + file + "\""));
        return json.append("}}").toString();
    }

    /** One file of a Hugging Face cache: a blob, and a link to it in a snapshot. */
    static Path hubFile(Path repository, String revision, String name, String blob, byte[] content) throws IOException {
        write(repository.resolve("blobs").resolve(blob), content);
        Path link = repository.resolve("snapshots").resolve(revision).resolve(name);
        Files.createDirectories(link.getParent());
        Path target = link.getParent().relativize(repository.resolve("blobs").resolve(blob));
        return Files.createSymbolicLink(link, target);
    }

    /** An Ollama tag with one GGUF blob; {@code name} is below {@code manifests}. */
    static Path ollama(Path store, String name, String tag, int seed) throws IOException {
        String hex = HexFormat.of().toHexDigits(seed).repeat(8);
        String manifest = "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:00\"},\"layers\":["
                + "{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:" + hex
                + "\",\"size\":28},{\"mediaType\":\"application/vnd.ollama.image.license\",\"digest\":\"sha256:11\"}]}";
        write(store.resolve("manifests").resolve(name).resolve(tag), manifest);
        return write(store.resolve("blobs/sha256-" + hex), gguf(seed));
    }

    static FileId id(Path path) throws IOException {
        return TreeWalk.idOf(FILES.status(path));
    }
}
