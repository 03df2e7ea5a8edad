package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.Kernel;
import java.util.function.Function;

/**
 * What a filler works with.
 *
 * @param local how local files are opened
 * @param digests what is promised of a file's whole content, as by its name; null where nothing is
 */
public record FillParts(
        Kernel kernel, LocalFiles local, Room room, Tags tags, Function<Twin, ContentDigest> digests, FillListener listener) {
    /** Files that a cache of Hugging Face's or Ollama's names by their content are held against their names. */
    public static FillParts of(Kernel kernel, Room room, FillListener listener) {
        LocalFiles local = twin -> kernel.fileSpace().openForWriting(twin.local());
        return new FillParts(kernel, local, room, remote -> null, twin -> ContentDigest.of(twin.remote()), listener);
    }
}
