package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a policy and packs it, as its author would. */
public final class PluginMaker {
    private PluginMaker() {}

    /** Members of a class {@code example.Mine implements Policy}; the jar is moved into its place whole. */
    public static Path make(Path jar, String members) throws IOException {
        return make(jar, "example.Mine", members, name -> true);
    }

    /** {@code service} is what META-INF/services names, null for no such file; only classes whose file names pass are packed. */
    static Path make(Path jar, String service, String members, java.util.function.Predicate<String> packed)
            throws IOException {
        Path work = Files.createTempDirectory("nowake-plugin-test");
        String text = """
                package example;
                import dev.nowake.policy.*;
                import java.util.*;
                public class Mine implements Policy {
                    static class Other { static List<Step> steps(PolicyInput in, String why) {
                        return in.model() == null ? List.of()
                                : List.of(Step.Prefetch.whole(in.model().shards().getFirst().id(), why)); } }
                %s
                }
                """.formatted(members);
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///example/Mine.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignore) {
                        return text;
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                List.of("-d", work.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
        assertThat(compiler.getTask(null, null, null, options, null, List.of(source))
                        .call())
                .as("compiled")
                .isTrue();
        Path aside = jar.resolveSibling("." + jar.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(aside);
                JarOutputStream packing = new JarOutputStream(out)) {
            if (service != null) {
                packing.putNextEntry(new JarEntry("META-INF/services/dev.nowake.policy.Policy"));
                packing.write((service + "\n").getBytes(StandardCharsets.UTF_8));
            }
            try (Stream<Path> classes = Files.list(work.resolve("example"))) {
                for (Path type : classes.sorted().toList()) {
                    if (packed.test(type.getFileName().toString())) {
                        packing.putNextEntry(new JarEntry("example/" + type.getFileName()));
                        packing.write(Files.readAllBytes(type));
                    }
                    Files.delete(type);
                }
            }
        }
        Files.delete(work.resolve("example"));
        Files.delete(work);
        return Files.move(aside, jar, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
