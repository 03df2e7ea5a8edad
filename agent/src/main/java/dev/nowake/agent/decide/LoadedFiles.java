package dev.nowake.agent.decide;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The files policies run from now, each with those it holds. For one thread at a time. */
final class LoadedFiles {
    private final Map<Path, PolicyFile> files = new LinkedHashMap<>();

    /** A copy: files may go while it is walked through. */
    List<Path> paths() {
        return List.copyOf(files.keySet());
    }

    void put(Path file, PolicyFile loaded) {
        files.put(file, loaded);
    }

    /** Returns those it held; none where it was not loaded. */
    List<PolicyRunner> remove(Path file) {
        PolicyFile left = files.remove(file);
        return left == null ? List.of() : left.runners();
    }

    boolean holds(Path file, PolicyRunner runner) {
        return files.containsKey(file) && files.get(file).runners().contains(runner);
    }

    /** Empty for a policy that comes with nowake. */
    Optional<Path> fileOf(PolicyRunner runner) {
        return files.keySet().stream().filter(file -> holds(file, runner)).findFirst();
    }

    Map<PolicyRunner, Path> byRunner() {
        Map<PolicyRunner, Path> byRunner = new LinkedHashMap<>();
        files.forEach((file, held) -> held.runners().forEach(runner -> byRunner.put(runner, file)));
        return byRunner;
    }

    /** What each was made of besides. */
    Map<Path, Set<Path>> imports() {
        Map<Path, Set<Path>> imports = new LinkedHashMap<>();
        files.forEach((file, held) -> imports.put(file, held.imports()));
        return imports;
    }
}
