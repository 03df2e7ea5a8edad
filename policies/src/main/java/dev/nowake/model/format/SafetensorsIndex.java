package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.core.JsonToken;

/**
 * The index of a sharded model ({@code model.safetensors.index.json}, {@code pytorch_model.bin.index.json}): which files
 * hold its tensors.
 *
 * <p>Order: the shards' names, sorted. The map's own order is alphabetical by tensor and says nothing about use (layer
 * 10 stands before layer 2); loaders take the set of file names and sort it.
 *
 * @param shards file names in the order loaders consume them, each inside the index's own folder
 * @param refused names that would lead elsewhere, one line each; the rest of the model is still good
 */
public record SafetensorsIndex(List<String> shards, List<HostileModelException> refused) {
    public static final String SUFFIX = ".index.json";

    /** The largest known index is 13 MB. */
    private static final long MAX_INDEX_BYTES = 100_000_000;

    /** Ten times the largest known model (about 360 shards). */
    private static final int MAX_SHARDS = 4096;

    private static final int MAX_REFUSED = 16;
    private static final int READ_BYTES = 64 << 10;

    public SafetensorsIndex {
        shards = List.copyOf(shards);
        refused = List.copyOf(refused);
    }

    /** The stem an index's file name shares with its shards ({@code model}); null where it names no index. */
    public static String stemOf(String fileName) {
        for (String kind : List.of(".safetensors", ".bin")) {
            if (fileName.endsWith(kind + SUFFIX)) {
                return fileName.substring(0, fileName.length() - kind.length() - SUFFIX.length());
            }
        }
        return null;
    }

    public static SafetensorsIndex read(ByteSource source) throws IOException, HostileModelException {
        if (source.sizeBytes() > MAX_INDEX_BYTES) {
            throw new HostileModelException("an index of " + source.sizeBytes() + " bytes; at most " + MAX_INDEX_BYTES);
        }
        TreeSet<String> names = new TreeSet<>();
        HeaderJson.readObject(new HeaderBytes(source, 0, source.sizeBytes(), READ_BYTES), (key, value) -> {
            if (!key.equals("weight_map")) {
                value.skipChildren();
                return;
            }
            HeaderJson.members(value, (tensor, file) -> {
                if (file.currentToken() != JsonToken.VALUE_STRING) {
                    throw new HostileModelException("the index names no file for tensor " + Quoted.of(tensor));
                }
                names.add(file.getString());
                if (names.size() > MAX_SHARDS) {
                    throw new HostileModelException("the index names more than " + MAX_SHARDS + " files");
                }
            });
        });
        if (names.isEmpty()) {
            throw new HostileModelException("the index has no weight_map");
        }
        return split(names);
    }

    private static SafetensorsIndex split(TreeSet<String> names) {
        List<String> shards = new ArrayList<>();
        List<HostileModelException> refused = new ArrayList<>();
        for (String name : names) {
            if (isPlainName(name)) {
                shards.add(name);
            } else if (refused.size() < MAX_REFUSED) {
                refused.add(new HostileModelException(
                        "the index names " + Quoted.of(name) + ", which is not a file of its own folder"));
            }
        }
        return new SafetensorsIndex(shards, refused);
    }

    /** A name that can only be an entry of the folder it is looked up in. */
    public static boolean isPlainName(String name) {
        return !name.isEmpty()
                && name.length() <= 255
                && !name.equals(".")
                && !name.equals("..")
                && name.indexOf('/') < 0
                && name.indexOf('\\') < 0
                && name.indexOf('\0') < 0;
    }
}
