package dev.nowake.agent.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of {@code samples/faults}, compiled when first asked for. */
final class CProgram {
    private final String name;
    private final List<String> options;
    private Path made;

    /** @param options more words for the compiler */
    CProgram(String name, String... options) {
        this.name = name;
        this.options = List.of(options);
    }

    synchronized String path() throws Exception {
        if (made == null) {
            Path program = Files.createDirectories(Path.of("target"))
                    .toAbsolutePath()
                    .resolve(name + "-" + ProcessHandle.current().pid());
            List<String> words = new ArrayList<>(List.of("gcc", "-std=gnu17", "-O2", "-Wall", "-Werror"));
            words.addAll(options);
            words.addAll(List.of("-o", program.toString(), "../samples/faults/" + name + ".c"));
            Reader.run(words.toArray(String[]::new));
            program.toFile().deleteOnExit();
            made = program;
        }
        return made.toString();
    }
}
