package dev.nowake.agent.decide;

import dev.nowake.agent.trust.FileTrust;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The files in the policy folders that may hold policies. What editors leave beside them has other names, or begins with a dot. */
final class PolicyFolders {
    private final List<Path> folders;
    private final Set<String> endings;
    private final FileTrust trust;
    private volatile Map<Path, Set<Path>> imports = Map.of();

    /**
     * A file as it was seen; another one in its place, or other content, has another stamp.
     *
     * @param attributes of the file a link leads to
     * @param imports the same of what it imports; null for what is gone
     * @param distrust why it may not be run; null where it may
     */
    record Stamp(Map<String, Object> attributes, Map<Path, Map<String, Object>> imports, String distrust) {}

    PolicyFolders(List<Path> folders, Set<String> endings, FileTrust trust) {
        this.trust = trust;
        this.folders = folders.stream()
                .map(folder -> folder.toAbsolutePath().normalize())
                .distinct()
                .toList();
        this.endings = Set.copyOf(endings);
    }

    List<Path> all() {
        return folders;
    }

    /** Folders in the order they were given, files by name. A folder that is not there has none. */
    Map<Path, Stamp> look() {
        Map<Path, Stamp> found = new LinkedHashMap<>();
        for (Path folder : folders) {
            for (Path file : list(folder)) {
                Stamp stamp = stamp(file);
                if (stamp != null) {
                    found.put(file, stamp);
                }
            }
        }
        return found;
    }

    private List<Path> list(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, this::mayBePolicy)) {
            entries.forEach(files::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException absent) {
            return List.of();
        }
        Collections.sort(files);
        return files;
    }

    private boolean mayBePolicy(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && endings.contains(ending(file));
    }

    /** With the dot; empty where there is none. */
    static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.substring(Math.max(0, name.lastIndexOf('.')));
    }

    /** What each file was made of besides: {@link #look} sees from now on when that changes. */
    void alsoLookAt(Map<Path, Set<Path>> imported) {
        imports = Map.copyOf(imported);
    }

    /** What was seen, with the imports as they are now. */
    Map<Path, Stamp> withImports(Map<Path, Stamp> files) {
        Map<Path, Stamp> all = new LinkedHashMap<>();
        files.forEach((file, stamp) -> all.put(file, new Stamp(stamp.attributes(), importsOf(file), stamp.distrust())));
        return all;
    }

    private Map<Path, Map<String, Object>> importsOf(Path file) {
        Map<Path, Map<String, Object>> stamps = new LinkedHashMap<>();
        for (Path imported : imports.getOrDefault(file, Set.of())) {
            stamps.put(imported, attributes(imported));
        }
        return stamps;
    }

    /** Null for what is no file: a folder, a link to nothing. */
    private Stamp stamp(Path file) {
        Map<String, Object> attributes = attributes(file);
        return attributes == null ? null : new Stamp(attributes, importsOf(file), trust.distrust(file));
    }

    private static Map<String, Object> attributes(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime")
                    : null;
        } catch (IOException gone) {
            return null;
        }
    }
}
