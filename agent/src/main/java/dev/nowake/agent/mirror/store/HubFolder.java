package dev.nowake.agent.mirror.store;

import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A folder that Hugging Face's tools have downloaded a model into: {@code .cache/huggingface/download/NAME.metadata} below it
 * tells of each file the commit, the hub's tag and when it was downloaded, a line each. The tag of a large file is its SHA-256.
 * It is no part of a file's identity: who removes the folder with the tags has changed no file. Waits for the remote.
 *
 * @param relative below the remote folder
 */
record HubFolder(Path root, Path relative) {
    private static final Path CACHE = Path.of(".cache", "huggingface", "download");
    private static final int MOST_BYTES = 4096;
    private static final String LARGE = "[0-9a-f]{64}";

    /** The file's own time has the filesystem's precision: two seconds on FAT. */
    private static final double SLACK_SECONDS = 2;

    /** Null where the folder is none. */
    static HubFolder at(Path root, Path relative) {
        return RemoteFiles.isFolder(root.resolve(relative).resolve(CACHE)) ? new HubFolder(root, relative) : null;
    }

    /** Null where it promises nothing of the file's content, or the file was changed after it was downloaded. */
    ContentDigest promised(Path file, UnixFacts facts) throws IOException {
        Path below = relative.toString().isEmpty() ? file : relative.relativize(file);
        if (below.startsWith(".cache")) {
            return null;
        }
        Path place = root.resolve(relative).resolve(CACHE).resolve(below);
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        name.writeBytes(PathBytes.of(place));
        name.writeBytes(".metadata".getBytes(StandardCharsets.US_ASCII));
        Path metadata = PathBytes.path(name.toByteArray());
        if (!Files.isRegularFile(metadata, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(metadata)) {
            return parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8), facts);
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    private static ContentDigest parse(String text, UnixFacts facts) {
        String[] lines = text.split("\n");
        if (lines.length < 3 || lines[1].isBlank()) {
            return null;
        }
        try {
            double downloadedSeconds = Double.parseDouble(lines[2].strip());
            if (facts.mtimeNanos() / 1e9 > downloadedSeconds + SLACK_SECONDS) {
                return null;
            }
        } catch (NumberFormatException odd) {
            return null;
        }
        String etag = lines[1].strip();
        return etag.matches(LARGE) ? new ContentDigest("SHA-256", etag) : null;
    }
}
