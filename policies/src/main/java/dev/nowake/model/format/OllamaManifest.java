package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JsonToken;

/**
 * An Ollama manifest: the blobs one tag is made of.
 *
 * @param blobs names below {@code blobs/} of the layers that hold weights: the model first, then projectors and adapters
 */
public record OllamaManifest(List<String> blobs) {
    private static final String MODEL = "application/vnd.ollama.image.model";
    private static final Set<String> BESIDE =
            Set.of("application/vnd.ollama.image.projector", "application/vnd.ollama.image.adapter");

    /** SHA-256 is the only digest Ollama writes; the pattern also keeps a path out of the blob's name. */
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-fA-F]{1,64}");

    /** Real ones are below 2 KB. */
    private static final long MAX_BYTES = 4 << 20;

    private static final int MAX_LAYERS = 4096;
    private static final int READ_BYTES = 8 << 10;

    public OllamaManifest {
        blobs = List.copyOf(blobs);
    }

    public static OllamaManifest read(ByteSource source) throws IOException, HostileModelException {
        if (source.sizeBytes() > MAX_BYTES) {
            throw new HostileModelException("a manifest of " + source.sizeBytes() + " bytes; at most " + MAX_BYTES);
        }
        List<String> models = new ArrayList<>();
        List<String> beside = new ArrayList<>();
        HeaderJson.readObject(new HeaderBytes(source, 0, source.sizeBytes(), READ_BYTES), (key, value) -> {
            if (!key.equals("layers") || value.currentToken() != JsonToken.START_ARRAY) {
                value.skipChildren();
                return;
            }
            while (value.nextToken() != JsonToken.END_ARRAY) {
                String[] layer = new String[2];
                HeaderJson.members(value, (field, content) -> {
                    if (field.equals("mediaType")) {
                        layer[0] = content.getString();
                    } else if (field.equals("digest")) {
                        layer[1] = content.getString();
                    }
                    content.skipChildren();
                });
                if (MODEL.equals(layer[0])) {
                    models.add(blobName(layer[1]));
                } else if (layer[0] != null && BESIDE.contains(layer[0])) {
                    beside.add(blobName(layer[1]));
                }
                if (models.size() + beside.size() > MAX_LAYERS) {
                    throw new HostileModelException("a manifest of more than " + MAX_LAYERS + " layers");
                }
            }
        });
        models.addAll(beside);
        return new OllamaManifest(models);
    }

    private static String blobName(String digest) throws HostileModelException {
        if (digest == null || !DIGEST.matcher(digest).matches()) {
            throw new HostileModelException("a manifest's digest is " + Quoted.of(String.valueOf(digest)));
        }
        return digest.replace(':', '-');
    }
}
