package dev.nowake.agent.cli;

import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.decide.PolicySources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code --policies DIR}, of every verb that takes it. */
final class PolicyFolderOption {
    private PolicyFolderOption() {}

    /** What nowake brings along and what is in the folders; one that is not there yet may come. */
    static PolicyRegistry open(List<String> folders) throws CliException {
        List<Path> paths = folders.stream().map(RawArguments::path).toList();
        for (Path path : paths) {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw CliException.usage(
                        Invocation.show(path) + " is not a folder: give the folder that holds the policies");
            }
        }
        return new PolicyRegistry(PolicySources.of(paths));
    }
}
