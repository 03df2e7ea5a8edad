package dev.nowake.model.format;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file name that says "one of several": {@code model-00002-of-00010.safetensors}, {@code llama-00001-of-00003.gguf},
 * {@code consolidated.00.pth}.
 *
 * @param stem what all shards of the model share before the number
 * @param number from 0
 * @param count how many there are; 0 where the name does not tell
 * @param extension with its dot
 */
public record ShardName(String stem, int number, int count, String extension) {
    private static final Pattern OF =
            Pattern.compile("(.*?)[-_.]?(\\d{1,6})-of-(\\d{1,6})((?:\\.[A-Za-z][A-Za-z0-9_]*)+)", Pattern.DOTALL);

    /** The layout of Meta's and Mistral's own checkpoints: one file per tensor-parallel rank. */
    private static final Pattern CONSOLIDATED = Pattern.compile("(consolidated)\\.(\\d{2,5})(\\.(?:pth|safetensors))");

    /** Empty where the name is not that of a shard, its number is not within its count included. */
    public static Optional<ShardName> parse(String fileName) {
        Matcher of = OF.matcher(fileName);
        if (of.matches()) {
            int number = Integer.parseInt(of.group(2));
            int count = Integer.parseInt(of.group(3));
            // Nearly all count from 1; a few old tools counted from 0.
            if (count == 0 || number > count) {
                return Optional.empty();
            }
            return Optional.of(new ShardName(of.group(1), Math.max(0, number - 1), count, of.group(4)));
        }
        Matcher rank = CONSOLIDATED.matcher(fileName);
        if (rank.matches()) {
            return Optional.of(new ShardName(rank.group(1), Integer.parseInt(rank.group(2)), 0, rank.group(3)));
        }
        return Optional.empty();
    }

    /** Whether both belong to one model when they lie in one folder. */
    public boolean sameModel(ShardName other) {
        return stem.equals(other.stem) && count == other.count && extension.equals(other.extension);
    }
}
