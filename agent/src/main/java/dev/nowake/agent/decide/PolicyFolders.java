package dev.nowake.agent.decide;

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

    /**
     * A file as it was seen; another one in its place, or other content, has another stamp.
     *
     * @param attributes of the file a link leads to
     */
    record Stamp(Map<String, Object> attributes) {}

    PolicyFolders(List<Path> folders, Set<String> endings) {
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

    /** Null for what is no file: a folder, a link to nothing. */
    private static Stamp stamp(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? new Stamp(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"))
                    : null;
        } catch (IOException gone) {
            return null;
        }
    }
}
