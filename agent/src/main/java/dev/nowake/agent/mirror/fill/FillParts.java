package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.Kernel;
import java.util.function.Function;

/**
 * What a filler works with.
 *
 * @param locals opens the files that are written
 * @param digests what is promised of a file's whole content, as by its name; null where nothing is
 */
public record FillParts(
        Kernel kernel,
        Locals locals,
        Room room,
        Tags tags,
        Function<Twin, ContentDigest> digests,
        FillListener listener) {
    /** Files that a cache of Hugging Face's or Ollama's names by their content are held against their names. */
    public static FillParts of(Kernel kernel, Room room, FillListener listener) {
        Locals locals = twin -> kernel.fileSpace().openForWriting(twin.local());
        return new FillParts(kernel, locals, room, remote -> null, twin -> ContentDigest.of(twin.remote()), listener);
    }
}
