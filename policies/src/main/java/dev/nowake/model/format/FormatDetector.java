package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a file is: by its first bytes; by its name only where they do not tell or may not be read. */
public final class FormatDetector {
    /** From here on a file of no known format is worth caring about: the size of a small model's smallest shard. */
    public static final long UNKNOWN_MIN_BYTES = 64L << 20;

    private static final Map<String, Format> BY_EXTENSION = Map.of(
            ".safetensors", Format.SAFETENSORS,
            ".gguf", Format.GGUF,
            ".onnx", Format.ONNX,
            ".bin", Format.TORCH_ZIP,
            ".pt", Format.TORCH_ZIP,
            ".pth", Format.TORCH_ZIP,
            ".ckpt", Format.TORCH_ZIP);

    private FormatDetector() {}

    /** Whether the name is one that weights are stored under. */
    public static boolean isWeightName(String fileName) {
        return byName(fileName).isPresent();
    }

    /** What the extension promises. A guess: {@code .bin} may be anything. */
    public static Optional<Format> byName(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot < 0
                ? Optional.empty()
                : Optional.ofNullable(BY_EXTENSION.get(fileName.substring(dot).toLowerCase(Locale.ROOT)));
    }

    /** For a file that may not be read: its format by name, no tensors. */
    public static Optional<Layout> layoutByName(String fileName) {
        return byName(fileName).map(format -> new Layout(format, List.of(), 0, 0));
    }

    /**
     * The file's layout: of the format its content shows, else of the one its name promises.
     *
     * @param fileName for files whose content does not tell: a broken {@code .safetensors} is refused as such, while a
     *     {@code .bin} that torch did not write is just unknown
     */
    public static Layout read(ByteSource source, String fileName) throws IOException, HostileModelException {
        return switch (sniff(source)) {
            case SAFETENSORS -> SafetensorsReader.read(source);
            case GGUF -> GgufReader.read(source);
            case TORCH_ZIP -> TorchZipReader.read(source);
            case TORCH_PICKLE -> new Layout(Format.TORCH_PICKLE, List.of(), 0, 0);
            case ONNX -> OnnxReader.read(source);
            case UNKNOWN -> readByName(source, fileName);
        };
    }

    private static Layout readByName(ByteSource source, String fileName) throws IOException, HostileModelException {
        return switch (byName(fileName).orElse(Format.UNKNOWN)) {
            case SAFETENSORS -> SafetensorsReader.read(source);
            case GGUF -> GgufReader.read(source);
            case ONNX -> OnnxReader.read(source);
            case TORCH_ZIP, TORCH_PICKLE -> readTorch(source);
            case UNKNOWN -> Layout.unknown();
        };
    }

    /** Under torch's extensions: a zip whose first entry is unusual, a pickle without torch's number, or anything. */
    private static Layout readTorch(ByteSource source) throws IOException, HostileModelException {
        ByteBuffer start = start(source);
        if (start.limit() >= 4 && start.getInt(0) == Magic.ZIP_LOCAL) {
            return TorchZipReader.read(source);
        }
        return Magic.isPickle(start) ? new Layout(Format.TORCH_PICKLE, List.of(), 0, 0) : Layout.unknown();
    }

    /** The format by content, reading at most {@value Magic#BYTES} bytes; UNKNOWN where they do not tell. */
    public static Format sniff(ByteSource source) throws IOException {
        return Magic.of(start(source), source.sizeBytes());
    }

    private static ByteBuffer start(ByteSource source) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(Magic.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (start.hasRemaining() && source.read(start.position(), start) > 0) {
            // short reads are continued
        }
        return start.flip();
    }
}
