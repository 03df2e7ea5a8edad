package dev.nowake.agent.daemon;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.mirror.fill.FileNow;
import dev.nowake.agent.mirror.serve.Mirror;
import dev.nowake.agent.mirror.store.MirroredFile;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.FileId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The control verb that lists a mirror's files, with what is here of them and why not more. Touches no file. Any thread. */
final class MirrorFilesAnswer {
    /** Of each mirror; those that are not complete come first. */
    static final int MOST_FILES = 2000;

    /** What it is sorted by must not change meanwhile. */
    private record Row(MirroredFile file, boolean isComplete) {}

    private MirrorFilesAnswer() {}

    /** {@code target}: a mirror's name, or with {@code pathBase64} a file or folder of one; without it all. */
    static Object of(Mirrors mirrors, Map<String, Object> request) {
        String target = request.get("target") instanceof String text ? text : null;
        Path path = path(request);
        List<ServedMirror> chosen = mirrors.all().stream()
                .filter(each -> target == null || each.name().equals(target))
                .toList();
        boolean byPath = target != null && chosen.isEmpty();
        List<Path> paths = byPath ? paths(target, path) : List.of();
        if (byPath) {
            chosen = mirrors.all().stream()
                    .filter(each -> below(each, paths) != null)
                    .toList();
        }
        if (target != null && chosen.isEmpty()) {
            return unknown(target, mirrors);
        }
        List<Object> documents = new ArrayList<>();
        for (ServedMirror each : chosen) {
            documents.add(document(each, byPath ? below(each, paths) : Path.of("")));
        }
        return Map.of("mirrors", documents);
    }

    private static Object unknown(String target, Mirrors mirrors) {
        List<String> names = mirrors.all().stream().map(ServedMirror::name).toList();
        return ControlError.of(
                "not_mirrored",
                names.isEmpty()
                        ? "there is no mirror: 'mirrors' in the configuration makes one"
                        : target + " is neither a mirror's name nor a file or folder of one; mirrors are "
                                + String.join(", ", names));
    }

    /** As it was written, and as the caller found it: a file that is not there leads nowhere. */
    private static List<Path> paths(String target, Path resolved) {
        List<Path> paths = new ArrayList<>();
        if (resolved != null) {
            paths.add(resolved);
        }
        try {
            paths.add(Path.of(target).normalize());
        } catch (InvalidPathException odd) {
            return paths;
        }
        return paths;
    }

    /** As it lies below the mirror's folders; null where it does not. */
    private static Path below(ServedMirror mirror, List<Path> paths) {
        List<Path> roots = new ArrayList<>(
                List.of(mirror.settings().local(), mirror.settings().remote()));
        if (mirror.isServed()) {
            roots.add(mirror.mirror().files().tree());
        }
        for (Path path : paths) {
            for (Path root : roots) {
                if (path.startsWith(root)) {
                    return root.relativize(path);
                }
            }
        }
        return null;
    }

    private static Map<String, Object> document(ServedMirror served, Path below) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", served.name());
        document.put("local", PathLabel.of(served.settings().local()).text());
        document.put("remote", PathLabel.of(served.settings().remote()).text());
        document.put("served", served.isServed());
        document.put("notServed", served.notServed());
        Mirror mirror = served.mirror();
        List<Row> files = mirror == null
                ? List.of()
                : mirror.files().twins().stream()
                        .filter(file ->
                                below.toString().isEmpty() || file.relative().startsWith(below))
                        .map(file -> new Row(file, file.isComplete()))
                        .sorted(Comparator.comparing(Row::isComplete)
                                .thenComparing(row -> row.file().relative()))
                        .toList();
        Map<FileId, FileNow> underWay = mirror == null ? Map.of() : mirror.underWay();
        document.put(
                "files",
                files.stream()
                        .limit(MOST_FILES)
                        .map(row -> file(row.file(), underWay.get(row.file().id())))
                        .toList());
        document.put("moreFiles", Math.max(0, files.size() - MOST_FILES));
        SyncOutcome last = mirror == null ? null : mirror.files().lastLook();
        document.put("notShown", last == null ? List.of() : last.told());
        document.put(
                "remoteTrouble", mirror == null ? null : mirror.files().remote().why());
        return document;
    }

    private static Map<String, Object> file(MirroredFile file, FileNow now) {
        long sizeBytes = file.identity().sizeBytes();
        long hereBytes = file.writtenBytes();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("path", PathLabel.of(file.relative()).text());
        document.put("state", state(file, now, hereBytes, sizeBytes));
        document.put("sizeBytes", sizeBytes);
        document.put("hereBytes", hereBytes);
        document.put("waitingReaders", now == null ? 0 : now.waitingReaders());
        document.put("reason", now == null ? null : now.failure());
        return document;
    }

    private static String state(MirroredFile file, FileNow now, long hereBytes, long sizeBytes) {
        if (file.isOutdated()) {
            return "outdated"; // its successor is being made
        }
        if (file.isComplete()) {
            return "complete";
        }
        if (now != null && now.piecesUnderWay() > 0) {
            return "filling";
        }
        if (now != null && now.failure() != null) {
            return "failing";
        }
        if (now != null && (now.isExpected() || now.waitingReaders() > 0)) {
            return "queued";
        }
        return hereBytes == sizeBytes ? "saving" : hereBytes == 0 ? "absent" : "partial";
    }

    /** Absolute; null where none is given. */
    private static Path path(Map<String, Object> request) {
        Object base64 = request.get("pathBase64");
        if (base64 == null) {
            return null;
        }
        try {
            return PathBytes.path(Base64.getDecoder().decode((String) base64)).normalize();
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException("'pathBase64' is the base64 of an absolute path", malformed);
        }
    }
}
