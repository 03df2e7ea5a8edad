package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteSource;
import dev.nowake.model.FileId;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.format.OllamaManifest;
import dev.nowake.model.format.SafetensorsIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The small files beside the weights that say what belongs together. What was read is kept until the file changes, so
 * that a second scan opens nothing. For one thread.
 */
final class Sidecars {
    /** A revision is 40 characters. */
    private static final int MAX_REFERENCE_BYTES = 256;

    private record Key(FileId id, long sizeBytes, long mtimeNanos, Class<?> kind) {}

    private record Parsed(Object value, List<String> problems) {}

    private interface Parser<T> {
        T parse(ByteSource source, List<String> problems) throws IOException, HostileModelException;
    }

    private final FileAccess files;
    private final List<String> problems = new ArrayList<>();
    private Map<Key, Parsed> known = new HashMap<>();
    private Map<Key, Parsed> used = new HashMap<>();

    Sidecars(FileAccess files) {
        this.files = files;
    }

    /** Forgets what the last round did not ask for, and its problems. */
    void startRound() {
        known = used;
        used = new HashMap<>();
        problems.clear();
    }

    /** One line for each file that could not be read or was broken, this round. */
    List<String> problems() {
        return problems;
    }

    Optional<SafetensorsIndex> index(SeenFile file) {
        return read(file, SafetensorsIndex.class, (source, told) -> {
            SafetensorsIndex index = SafetensorsIndex.read(source);
            index.refused().forEach(refusal -> told.add(refusal.getMessage()));
            return index;
        });
    }

    Optional<OllamaManifest> manifest(SeenFile file) {
        return read(file, OllamaManifest.class, (source, told) -> OllamaManifest.read(source));
    }

    /** The revision a Hugging Face reference names. */
    Optional<String> reference(SeenFile file) {
        return read(file, String.class, (source, told) -> {
            ByteBuffer text = ByteBuffer.allocate(MAX_REFERENCE_BYTES);
            while (text.hasRemaining() && source.read(text.position(), text) > 0) {
                // short reads are continued
            }
            return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
        });
    }

    private <T> Optional<T> read(SeenFile file, Class<T> kind, Parser<T> parser) {
        Key key = new Key(file.id(), file.sizeBytes(), file.mtimeNanos(), kind);
        Parsed parsed = used.get(key);
        if (parsed == null) {
            parsed = known.get(key);
            if (parsed == null) {
                parsed = parse(file, parser);
            }
            used.put(key, parsed);
            problems.addAll(parsed.problems());
        }
        return Optional.ofNullable(kind.cast(parsed.value()));
    }

    private <T> Parsed parse(SeenFile file, Parser<T> parser) {
        List<String> told = new ArrayList<>();
        T value = null;
        try (OpenFile open = files.open(file.path())) {
            value = parser.parse(new KernelByteSource(files, open, ReadMode.NORMAL), told);
        } catch (IOException e) {
            told.add(TreeWalk.reason(e));
        } catch (HostileModelException e) {
            told.add(e.getMessage());
        }
        String path = PathText.of(file.path());
        return new Parsed(
                value, told.stream().map(problem -> path + ": " + problem).toList());
    }
}
