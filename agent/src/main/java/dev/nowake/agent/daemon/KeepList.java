package dev.nowake.agent.daemon;

import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The models an operator wants kept: nothing of their files is dropped by nowake. Known by the paths of their files, so
 * that it holds for a later download to the same place, and over a restart, when devices may be numbered anew. Written to a
 * file at every change. Any thread.
 */
final class KeepList {
    /** More models than a host has; a list that is edited by hand may be of any length. */
    private static final int MAX_KEPT = 1000;

    /** A thousand models of a hundred files each, with long paths; what is larger is none of ours. */
    private static final long MAX_BYTES = 16L << 20;

    /**
     * One model.
     *
     * @param endSeconds of the steady clock; infinite for as long as nobody says otherwise
     */
    record Kept(String model, List<Path> files, double endSeconds) {
        Kept {
            files = List.copyOf(files);
        }
    }

    /** A model that is to be kept. */
    record Wanted(String name, List<Path> files) {
        Wanted {
            files = List.copyOf(files);
        }
    }

    private final Clocks clocks;
    private final Path file;
    private String problem;
    private List<Kept> kept = new ArrayList<>();
    private volatile Set<Path> files = Set.of();

    /**
     * Reads what was kept before, if anything was. A file that cannot be read is {@link #problem()}, and nothing is kept.
     *
     * @param file null for a list that is written nowhere
     */
    KeepList(Path file, Clocks clocks) {
        this.clocks = clocks;
        this.file = file;
        try {
            if (file != null && !Files.notExists(file)) {
                kept = read(bytes(file));
            }
        } catch (NoSuchFileException none) {
            kept = new ArrayList<>();
        } catch (JacksonException broken) {
            problem = unknown("it is no JSON");
        } catch (IOException | IllegalArgumentException broken) {
            problem = unknown(broken.getMessage());
        }
        index();
    }

    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            throw new IOException("it is not what nowake writes");
        }
        return Files.readAllBytes(file);
    }

    private String unknown(String why) {
        return "what was to be kept is not known, " + file + " cannot be read (" + why + "): say 'nowake keep' again";
    }

    /** One line about what went wrong with the file at the start; null for nothing. */
    String problem() {
        return problem;
    }

    boolean holds(Path path) {
        return files.contains(path);
    }

    /**
     * In place of what was said of these models before. Kept from now on even where it cannot be written down.
     *
     * @param length null for as long as nobody says otherwise
     * @throws IOException with one line: it is not known after a restart; or too many are kept, and then nothing has changed
     */
    synchronized void add(List<Wanted> models, Duration length) throws IOException {
        List<Kept> next = new ArrayList<>(kept);
        next.removeIf(known -> models.contains(new Wanted(known.model(), known.files())));
        double end = length == null ? Double.POSITIVE_INFINITY : clocks.steadySeconds() + length.toSeconds();
        models.forEach(model -> next.add(new Kept(model.name(), model.files(), end)));
        if (next.size() > MAX_KEPT) {
            throw new IOException(
                    "no more than " + MAX_KEPT + " models can be kept: name fewer, or 'nowake unkeep' some");
        }
        kept = next;
        index();
        write();
    }

    /**
     * Returns the models that are not kept any more.
     *
     * @throws IOException with one line: they are kept again after a restart
     */
    synchronized List<String> remove(Predicate<Kept> which) throws IOException {
        List<String> removed = kept.stream().filter(which).map(Kept::model).toList();
        if (!removed.isEmpty()) {
            kept.removeIf(which);
            index();
            write();
        }
        return removed;
    }

    /** Forgets those whose time is over, and returns them. */
    synchronized List<String> expire() {
        if (kept.isEmpty()) {
            return List.of();
        }
        double now = clocks.steadySeconds();
        List<Kept> over =
                kept.stream().filter(known -> known.endSeconds() <= now).toList();
        try {
            remove(over::contains);
        } catch (IOException unwritten) {
            return names(over); // and over when they are read again
        }
        return names(over);
    }

    private static List<String> names(List<Kept> kept) {
        return kept.stream().map(Kept::model).toList();
    }

    synchronized List<Object> describe() {
        List<Object> all = new ArrayList<>();
        for (Kept each : kept) {
            PathLabel first = PathLabel.of(each.files().getFirst());
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("model", each.model());
            document.put("files", each.files().size());
            document.put("path", first.text());
            document.put(
                    "leftSeconds",
                    Double.isInfinite(each.endSeconds()) ? null : each.endSeconds() - clocks.steadySeconds());
            all.add(document);
        }
        return all;
    }

    private void index() {
        Set<Path> all = new HashSet<>();
        kept.forEach(each -> all.addAll(each.files()));
        files = all;
    }

    private List<Kept> read(byte[] text) {
        List<Kept> kept = new ArrayList<>();
        JsonNode all = JsonMapper.shared().readTree(text).path("kept");
        if (!all.isArray()) {
            throw new IllegalArgumentException("it is not what nowake writes");
        }
        for (JsonNode each : all) {
            List<Path> files = new ArrayList<>();
            for (JsonNode path : each.path("filesBase64")) {
                files.add(PathBytes.path(Base64.getDecoder().decode(path.asString(""))));
            }
            double until = each.path("untilUnix").asDouble(Double.POSITIVE_INFINITY);
            if (files.isEmpty() || kept.size() >= MAX_KEPT || Double.isNaN(until)) {
                throw new IllegalArgumentException("it is not what nowake writes");
            }
            kept.add(new Kept(each.path("model").asString(""), files, clocks.steadyAt(until)));
        }
        return kept;
    }

    private void write() throws IOException {
        if (file == null) {
            return;
        }
        List<Object> all = new ArrayList<>();
        for (Kept each : kept) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("model", each.model());
            document.put("untilUnix", Double.isInfinite(each.endSeconds()) ? null : clocks.wallAt(each.endSeconds()));
            document.put(
                    "filesBase64",
                    each.files().stream()
                            .map(path -> Base64.getEncoder().encodeToString(PathBytes.of(path)))
                            .toList());
            all.add(document);
        }
        try {
            StateFolder.replace(file, JsonMapper.shared().writeValueAsBytes(Map.of("kept", all)));
        } catch (IOException full) {
            throw new IOException(
                    "done, but a restart will not know it: " + file + " cannot be written (" + full.getMessage() + ")");
        }
    }
}
