package dev.nowake.agent.pack;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an image holds, in JSON beside it ({@code IMAGE.json}): paths are relative to the image's root and in the order of their
 * bytes. Beside and not inside: what is mounted is the model and nothing else, which loaders that read every {@code *.json}
 * would mind, and the hashes can be signed, or kept where nobody who writes images may write.
 *
 * @param uuid of content and names, and the image's own; a manifest of another image is told by it
 * @param compression null where there is none
 * @param alignmentBytes what every file's data begins at a multiple of
 * @param folders without the root
 */
public record Manifest(
        String uuid,
        long imageBytes,
        String compression,
        int alignmentBytes,
        List<Entry> files,
        List<Link> links,
        List<Path> folders) {
    /** @param sha256 in lower-case hex */
    public record Entry(Path path, long sizeBytes, String sha256) {}

    public record Link(Path path, Path leadsTo) {}

    private static final int VERSION = 1;

    /** Two hundred thousand files have as much, and fit into the heap of a verb; more is not ours. */
    private static final long MOST_BYTES = 32L << 20;

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    static Path beside(Path image) {
        byte[] name = PathBytes.of(image.getFileName());
        byte[] suffix = ".json".getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(name, name.length + suffix.length);
        System.arraycopy(suffix, 0, whole, name.length, suffix.length);
        return image.resolveSibling(PathBytes.path(whole));
    }

    /** The same content under the same names has the same: version 8 of RFC 9562, the first bits of a SHA-256. */
    static String uuid(List<Entry> files, List<Link> links, List<Path> folders, String compression) {
        MessageDigest digest = ContentDigest.start(null, 0);
        for (Path folder : folders) {
            update(digest, "folder", PathBytes.of(folder));
        }
        for (Link link : links) {
            update(digest, "link", PathBytes.of(link.path()));
            update(digest, "to", PathBytes.of(link.leadsTo()));
        }
        for (Entry file : files) {
            update(digest, "file " + file.sizeBytes() + " " + file.sha256(), PathBytes.of(file.path()));
        }
        update(digest, "compression " + compression, new byte[0]);
        ByteBuffer bits = ByteBuffer.wrap(digest.digest());
        long high = bits.getLong() & 0xffff_ffff_ffff_0fffL | 0x8000L;
        long low = bits.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private static void update(MessageDigest digest, String what, byte[] name) {
        digest.update((what + " " + name.length + "\0").getBytes(StandardCharsets.US_ASCII));
        digest.update(name);
    }

    /** @throws PackException with what to do, where there is none or it is no manifest */
    static Manifest read(Path file) throws IOException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw broken(file, null);
            }
            JsonNode json = MAPPER.readTree(Files.readAllBytes(file));
            if (json.path("version").asInt(0) != VERSION || !json.path("files").isArray()) {
                throw broken(file, null);
            }
            List<Entry> files = new ArrayList<>();
            for (JsonNode each : json.path("files")) {
                files.add(new Entry(
                        path(each, "path"),
                        each.path("sizeBytes").asLong(-1),
                        each.path("sha256").asString("")));
            }
            List<Link> links = new ArrayList<>();
            json.path("links").forEach(each -> links.add(new Link(path(each, "path"), path(each, "leadsTo"))));
            List<Path> folders = new ArrayList<>();
            json.path("folders").forEach(each -> folders.add(path(each, "path")));
            return new Manifest(
                    json.path("uuid").asString(""),
                    json.path("imageBytes").asLong(-1),
                    json.path("compression").isNull()
                            ? null
                            : json.path("compression").asString(null),
                    json.path("alignmentBytes").asInt(0),
                    files,
                    links,
                    folders);
        } catch (NoSuchFileException missing) {
            throw new PackException(
                    Kind.FAILED,
                    PathText.of(file)
                            + ": not there, and an image is checked against it; copy it from where the image was made",
                    missing);
        } catch (JacksonException | IllegalArgumentException wrong) {
            throw broken(file, wrong);
        }
    }

    private static PackException broken(Path file, Exception why) {
        return new PackException(Kind.FAILED, PathText.of(file) + ": not a manifest of nowake pack", why);
    }

    /** @throws InvalidPathException or IllegalArgumentException for what cannot lie in an image */
    private static Path path(JsonNode json, String name) {
        JsonNode exact = json.path(name + "Base64");
        Path path = PathBytes.path(
                exact.isString()
                        ? Base64.getDecoder().decode(exact.asString())
                        : json.path(name).asString("").getBytes(StandardCharsets.UTF_8));
        boolean leadsTo = name.equals("leadsTo");
        if (!leadsTo && (path.isAbsolute() || !path.normalize().equals(path) || path.startsWith(".."))) {
            throw new IllegalArgumentException("not below the image's root");
        }
        return path;
    }

    /** A file of its own, whatever had that name, a link too; forced to the disk. The caller renames it. */
    void write(Path file) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", VERSION);
        json.put("uuid", uuid);
        json.put("imageBytes", imageBytes);
        json.put("compression", compression);
        json.put("alignmentBytes", alignmentBytes);
        json.put("files", files.stream().map(Manifest::json).toList());
        json.put("links", links.stream().map(Manifest::json).toList());
        json.put(
                "folders",
                folders.stream()
                        .map(folder -> put(new LinkedHashMap<>(), "path", folder))
                        .toList());
        Files.deleteIfExists(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes =
                    ByteBuffer.wrap((MAPPER.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static Map<String, Object> json(Entry file) {
        Map<String, Object> json = put(new LinkedHashMap<>(), "path", file.path());
        json.put("sizeBytes", file.sizeBytes());
        json.put("sha256", file.sha256());
        return json;
    }

    private static Map<String, Object> json(Link link) {
        return put(put(new LinkedHashMap<>(), "path", link.path()), "leadsTo", link.leadsTo());
    }

    private static Map<String, Object> put(Map<String, Object> json, String name, Path path) {
        String text = PathText.of(path);
        byte[] exact = PathBytes.of(path);
        json.put(name, text);
        if (!Arrays.equals(exact, text.getBytes(StandardCharsets.UTF_8))) {
            json.put(name + "Base64", Base64.getEncoder().encodeToString(exact));
        }
        return json;
    }

    public long sizeBytes() {
        return files.stream().mapToLong(Entry::sizeBytes).sum();
    }
}
