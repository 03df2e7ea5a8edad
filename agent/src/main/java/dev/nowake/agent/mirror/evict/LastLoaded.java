package dev.nowake.agent.mirror.evict;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * When each file of a mirror was last loaded, known over restarts. Kept by the steady clock while the daemon lives, so that a
 * clock that is set does not change the order; in unix time in the file. Any thread.
 */
public final class LastLoaded {
    /** A million files with long paths; what is larger is none of ours. */
    private static final long MAX_BYTES = 512L << 20;

    /** More often would be a disk write for every shard; a kill costs what was loaded since. */
    static final double SAVE_SECONDS = 60;

    private static final Set<StandardOpenOption> HOW =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);

    /** What is loaded here is nobody else's business. */
    private static final FileAttribute<?> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Path tree;
    private final DoubleSupplier wall;
    private final DoubleSupplier steady;
    private final Map<Path, Double> times = new HashMap<>();
    private String problem;
    private boolean changed;
    private double savedAt;

    /**
     * Reads what an earlier daemon wrote; what cannot be read is told by {@link #problem} and begun anew.
     *
     * @param file where it is written, in a folder that is there
     * @param tree the folder that files' paths are told from
     * @param wall unix time, seconds
     * @param steady CLOCK_MONOTONIC, seconds
     */
    public LastLoaded(Path file, Path tree, DoubleSupplier wall, DoubleSupplier steady) {
        this.file = file;
        this.tree = tree;
        this.wall = wall;
        this.steady = steady;
        this.savedAt = steady.getAsDouble() - SAVE_SECONDS;
        try {
            if (!Files.notExists(file)) {
                read();
            }
        } catch (JacksonException broken) {
            forget("it is no JSON");
        } catch (IOException | IllegalArgumentException broken) {
            forget(broken.getMessage());
        }
    }

    private void forget(String why) {
        times.clear();
        problem = "when models were last loaded is not known, " + file + " cannot be read (" + why
                + "): they count as never loaded until they are";
    }

    /** One line about what went wrong with the file at the start; null for nothing. */
    public String problem() {
        return problem;
    }

    /** Somebody loads the file, which lies in the tree, now. Never waits. */
    public synchronized void loaded(Path local) {
        if (local.startsWith(tree) && !local.equals(tree)) {
            times.put(local, steady.getAsDouble());
            changed = true;
        }
    }

    /**
     * Unix time of each file, 0 where none is known. The two clocks are compared once for all of them: twice would put two files
     * in another order where the thread was held up between the clocks.
     */
    public synchronized ToDoubleFunction<Path> unixSeconds() {
        double ahead = ahead();
        return local -> {
            synchronized (this) {
                Double at = times.get(local);
                return at == null ? 0 : at + ahead;
            }
        };
    }

    /** Forgets all other files. */
    synchronized void retain(Collection<Path> locals) {
        Set<Path> there = locals instanceof Set<Path> set ? set : new HashSet<>(locals);
        changed |= times.keySet().retainAll(there);
    }

    private double ahead() {
        return wall.getAsDouble() - steady.getAsDouble();
    }

    /**
     * Writes it where something has changed and the last time was a minute ago or longer.
     *
     * @throws IOException the file is the one before; tried again in a minute
     */
    public void saveIfDue() throws IOException {
        synchronized (this) {
            if (!changed || steady.getAsDouble() - savedAt < SAVE_SECONDS) {
                return;
            }
        }
        save();
    }

    /** Writes it where something has changed. */
    public void save() throws IOException {
        byte[] text;
        synchronized (this) {
            savedAt = steady.getAsDouble();
            if (!changed) {
                return;
            }
            changed = false;
            text = JsonMapper.shared().writeValueAsBytes(Map.of("loaded", document()));
        }
        try {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel out = FileChannel.open(fresh, HOW, OURS)) {
                ByteBuffer left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                out.force(false);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException full) {
            synchronized (this) {
                changed = true;
            }
            throw full;
        }
    }

    private List<Object> document() {
        List<Object> all = new ArrayList<>();
        double ahead = ahead();
        int skipped = PathBytes.of(tree).length + 1;
        times.forEach((local, at) -> {
            byte[] path = PathBytes.of(local);
            String inside = Base64.getEncoder().encodeToString(Arrays.copyOfRange(path, skipped, path.length));
            all.add(Map.of("pathBase64", inside, "unix", at + ahead));
        });
        return all;
    }

    private void read() throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            throw new IOException("it is not what nowake writes");
        }
        JsonNode all = JsonMapper.shared().readTree(Files.readAllBytes(file)).path("loaded");
        if (!all.isArray()) {
            throw new IllegalArgumentException("it is not what nowake writes");
        }
        double ahead = ahead();
        for (JsonNode each : all) {
            double unix = each.path("unix").asDouble(Double.NaN);
            if (!Double.isFinite(unix)) {
                throw new IllegalArgumentException("it is not what nowake writes");
            }
            byte[] inside = Base64.getDecoder().decode(each.path("pathBase64").asString(""));
            times.put(local(inside), unix - ahead);
        }
    }

    /** Bytes are joined, not paths: a relative path whose name is no text has none. */
    private Path local(byte[] inside) {
        byte[] root = PathBytes.of(tree);
        byte[] path = Arrays.copyOf(root, root.length + 1 + inside.length);
        path[root.length] = '/';
        System.arraycopy(inside, 0, path, root.length + 1, inside.length);
        return PathBytes.path(path);
    }
}
