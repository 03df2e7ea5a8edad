package dev.nowake.agent.cli;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelFinder;
import dev.nowake.kernel.FileAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files a verb's paths lead to: each once, under the path it was first reached by. */
final class Targets {
    private final List<FoundModel> models;

    private Targets(List<FoundModel> models) {
        this.models = models;
    }

    /** Looks for model files; what could not be looked at is warned about. Fails when there is nothing at all. */
    static Targets find(Invocation invocation, List<String> arguments) throws CliException {
        FileAccess files = invocation.kernel().files();
        ModelFinder finder =
                new ModelFinder(new QuietFiles(files, invocation.kernel().pageCache()), FileAccess.ReadMode.NORMAL);
        List<Path> paths = arguments.stream().map(RawArguments::path).toList();
        for (Path path : paths) {
            try {
                files.status(path);
            } catch (IOException e) {
                throw CliException.of(path, e);
            }
        }
        ModelFinder.Found found;
        try {
            found = finder.find(paths);
        } catch (IOException e) {
            throw CliException.of(paths.getFirst(), e);
        }
        invocation.warnAll(found.problems());
        Targets targets = new Targets(found.models());
        if (targets.files().isEmpty()) {
            throw nothing(paths, found.problems());
        }
        return targets;
    }

    private static CliException nothing(List<Path> paths, List<String> problems) {
        for (Path path : paths) {
            if (!path.toFile().canRead()) {
                return CliException.of(path, new java.nio.file.AccessDeniedException(path.toString()));
            }
        }
        String why = problems.isEmpty() ? "name the files themselves if there are any" : problems.getFirst();
        return new CliException(
                ExitCode.FAILED,
                "nothing_found",
                "no model files below " + Invocation.show(paths.getFirst()) + "; " + why);
    }

    List<FoundModel> models() {
        return models;
    }

    List<FoundFile> files() {
        List<FoundFile> files = new ArrayList<>();
        models.forEach(model -> files.addAll(model.files()));
        return files;
    }
}
