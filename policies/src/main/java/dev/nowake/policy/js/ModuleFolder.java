package dev.nowake.policy.js;

import dev.nowake.policy.PolicyFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.graalvm.polyglot.io.FileSystem;

/**
 * The only files a script can reach: modules below its folder, links resolved, read once. Later contexts get the same bytes;
 * what was not read while loading cannot be read any more.
 *
 * <p>Used by one thread at a time.
 */
final class ModuleFolder implements FileSystem {
    /** A policy is a page of text. */
    static final int MAX_BYTES = 1 << 20;

    private final Path root;
    private final Map<Path, byte[]> read = new TreeMap<>();
    private boolean complete;
    private PolicyFailure refusal;

    private ModuleFolder(Path root) {
        this.root = root;
    }

    /** @throws PolicyFailure INVALID where there is no such folder */
    static ModuleFolder of(Path folder) {
        try {
            return new ModuleFolder(folder.toRealPath());
        } catch (IOException e) {
            throw invalid(
                    folder, "is no folder that can be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    /**
     * The script itself, under the same rules as what it imports.
     *
     * @throws PolicyFailure INVALID
     */
    Path entry(Path file) {
        try {
            Path real = file.toRealPath();
            if (!real.startsWith(root)) {
                throw invalid(file, "lies outside the policy folder " + root);
            }
            bytes(real);
            return real;
        } catch (IOException e) {
            throw refusal != null
                    ? refusal
                    : invalid(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    String text(Path real) {
        return new String(read.get(real), StandardCharsets.UTF_8);
    }

    /** What was read, the script itself included. */
    Set<Path> files() {
        return Set.copyOf(read.keySet());
    }

    /** From now on only what was read is there. */
    void close() {
        complete = true;
    }

    /** Why a file was refused, null where none was; said once. */
    PolicyFailure takeRefusal() {
        PolicyFailure taken = refusal;
        refusal = null;
        return taken;
    }

    private byte[] bytes(Path real) throws IOException {
        byte[] known = read.get(real);
        if (known != null) {
            return known;
        }
        if (complete) {
            throw new SecurityException("a module can only be imported while the policy loads");
        }
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw refuse(real, "is no regular file");
        }
        byte[] bytes;
        try (SeekableByteChannel in =
                Files.newByteChannel(real, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(in.size(), MAX_BYTES) + 1);
            while (buffer.hasRemaining() && in.read(buffer) >= 0) {
                // until the end, or one byte more than is allowed
            }
            bytes = java.util.Arrays.copyOf(buffer.array(), buffer.position());
        }
        if (bytes.length > MAX_BYTES) {
            throw refuse(real, "is larger than 1 MiB, which is the most a policy's file may have");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw refuse(real, "is not UTF-8 text");
        }
        read.put(real, bytes);
        return bytes;
    }

    private IOException refuse(Path file, String why) {
        refusal = invalid(file, why);
        return new IOException(refusal.getMessage());
    }

    private static PolicyFailure invalid(Path file, String why) {
        return new PolicyFailure(PolicyFailure.Kind.INVALID, file + ": " + why);
    }

    /** The file behind a path, if it may be reached. Nothing outside the folder is even looked at. */
    private Path reachable(Path path) throws IOException {
        Path absolute = toAbsolutePath(path).normalize();
        if (absolute.startsWith(root)) {
            if (read.containsKey(absolute)) {
                return absolute;
            }
            if (!complete) {
                Path real = absolute.toRealPath();
                if (real.startsWith(root)) {
                    return real;
                }
            }
        }
        throw new SecurityException("only modules below the policy folder can be imported, and only while it loads");
    }

    @Override
    public Path parsePath(URI uri) {
        if (!"file".equals(uri.getScheme())) {
            throw new UnsupportedOperationException("only files can be imported");
        }
        return Path.of(uri);
    }

    @Override
    public Path parsePath(String path) {
        return Path.of(path);
    }

    @Override
    public void checkAccess(Path path, Set<? extends AccessMode> modes, LinkOption... linkOptions) throws IOException {
        if (modes.contains(AccessMode.WRITE) || modes.contains(AccessMode.EXECUTE)) {
            throw new SecurityException("policies cannot write");
        }
        reachable(path);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        for (OpenOption option : options) {
            if (option != StandardOpenOption.READ && !(option instanceof LinkOption)) {
                throw new SecurityException("policies cannot write");
            }
        }
        return new BytesChannel(bytes(reachable(path)));
    }

    @Override
    public Path toAbsolutePath(Path path) {
        return path.isAbsolute() ? path : root.resolve(path);
    }

    @Override
    public Path toRealPath(Path path, LinkOption... linkOptions) throws IOException {
        return reachable(path);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        Path real = reachable(path);
        if (Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        return Map.of("isRegularFile", true, "isDirectory", false, "isSymbolicLink", false, "size", (long)
                bytes(real).length);
    }

    @Override
    public void createDirectory(Path dir, FileAttribute<?>... attributes) {
        throw new SecurityException("policies cannot write");
    }

    @Override
    public void delete(Path path) {
        throw new SecurityException("policies cannot write");
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path dir, DirectoryStream.Filter<? super Path> filter) {
        throw new SecurityException("policies cannot list folders");
    }
}
