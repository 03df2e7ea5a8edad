package dev.nowake.agent.cli;

import dev.nowake.policy.PolicyNames;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the start of a policy: complete, commented, and it passes {@code policy check} as it is. */
@Command(name = "new", description = "Writes the start of a policy, with comments, in JavaScript or Java.")
final class PolicyNewVerb implements Callable<Integer> {
    /** Of the names a policy may have, those that a Java class can be called after. */
    private static final String WORDS = "[a-z][a-z0-9]*(-[a-z0-9]+)*";

    /** What an editor completes scripts with. */
    private static final String TYPINGS = "policy.d.ts";

    @Parameters(paramLabel = "NAME", description = "The policy's name: lower-case letters, digits and hyphens.")
    private String name;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where to write it (default: here).")
    private Path folder = Path.of("");

    @Option(names = "--java", description = "A Java class and what its jar needs, instead of a script.")
    private boolean java;

    private final Invocation invocation;

    PolicyNewVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    private record Part(Path path, String text) {}

    @Override
    public Integer call() throws CliException {
        if (!PolicyNames.isPolicy(name) || !name.matches(WORDS)) {
            throw CliException.usage("'" + name + "' is no policy's name: use lower-case letters, digits and hyphens,"
                    + " such as next-two-shards");
        }
        if (PolicySource.known().contains(name)) {
            throw CliException.usage("the policy '" + name + "' comes with nowake: choose another name");
        }
        List<Part> parts = java ? javaParts() : scriptParts();
        for (Part part : parts) {
            if (Files.exists(part.path())) {
                throw exists(part.path());
            }
        }
        if (!java && !Files.exists(folder.resolve(TYPINGS))) {
            parts.add(new Part(folder.resolve(TYPINGS), resource("/dev/nowake/policy/" + TYPINGS)));
        }
        for (Part part : parts) {
            write(part);
        }
        print(parts.stream().map(Part::path).toList());
        return ExitCode.DONE;
    }

    private List<Part> scriptParts() throws CliException {
        return new ArrayList<>(List.of(new Part(folder.resolve(name + ".js"), filled("policy.js"))));
    }

    private List<Part> javaParts() throws CliException {
        Path own = folder.resolve(name);
        String services = "META-INF/services/dev.nowake.policy.Policy";
        return List.of(
                new Part(own.resolve(className() + ".java"), filled("Policy.java.txt")),
                new Part(own.resolve(services), className() + "\n"));
    }

    private String filled(String template) throws CliException {
        return resource("new/" + template).replace("NAME", name).replace("CLASS", className());
    }

    /** {@code next-two-shards} becomes {@code NextTwoShards}. */
    private String className() {
        StringBuilder camel = new StringBuilder();
        for (String word : name.split("-")) {
            camel.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
        }
        return camel + "Policy";
    }

    private static String resource(String path) throws CliException {
        try (InputStream in = PolicyNewVerb.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new FileNotFoundException("nowake's jars lack " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new CliException(ExitCode.FAILED, "failed", broken.getMessage(), broken);
        }
    }

    /** A file that comes into being meanwhile is not overwritten either. */
    private static void write(Part part) throws CliException {
        try {
            if (part.path().getParent() != null) {
                Files.createDirectories(part.path().getParent());
            }
            Files.writeString(part.path(), part.text(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException raced) {
            throw exists(part.path());
        } catch (IOException refused) {
            throw CliException.of(part.path(), refused);
        }
    }

    private static CliException exists(Path path) {
        return new CliException(
                ExitCode.FAILED,
                "exists",
                Invocation.show(path) + " is there already and is not overwritten: choose another name, or --dir");
    }

    private void print(List<Path> written) {
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), json -> json.text("name", name).array("written", written, json::path));
            return;
        }
        written.forEach(path -> invocation.out().println("wrote " + Invocation.show(path)));
        String first = Invocation.show(written.getFirst());
        invocation
                .out()
                .println(
                        java
                                ? "next: the first lines of " + first + " say how to build it"
                                : "next: nowake policy check " + first);
    }
}
