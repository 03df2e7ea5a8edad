package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.MappingFinder;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One call of the command line inside the test's JVM: its exit code and what it wrote. */
record CliRun(int exit, String out, String err) {
    private static final JsonMapper JSON = new JsonMapper();

    static CliRun real(String... arguments) {
        return of(LinuxKernel::open, new HostMappings(), false, arguments);
    }

    static CliRun on(Kernel kernel, String... arguments) {
        return of(binding -> kernel, file -> false, false, arguments);
    }

    static CliRun of(Function<Binding, Kernel> kernels, MappingFinder mappings, boolean terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = new Main(kernels, mappings, stream(out), stream(err), terminal).run(arguments);
        return new CliRun(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream stream(ByteArrayOutputStream target) {
        return new PrintStream(target, true, StandardCharsets.UTF_8);
    }

    /** The one document on stdout. */
    JsonNode json() {
        assertThat(out).endsWith("\n");
        assertThat(out.strip()).as("one document on one line").doesNotContain("\n");
        return JSON.readTree(out);
    }

    /** Checks that it failed as promised: an exit code, one line on stderr, the same in JSON. */
    CliRun failedWith(int code, String word, String line) {
        assertThat(exit).isEqualTo(code);
        assertThat(err.strip()).doesNotContain("\n").doesNotContain("\tat ").startsWith("nowake: ");
        assertThat(err).contains(line);
        assertThat(json().propertyNames()).containsExactly("error");
        assertThat(json().get("error").propertyNames()).containsExactly("code", "message");
        assertThat(json().get("error").get("code").asString()).isEqualTo(word);
        assertThat(json().get("error").get("message").asString()).contains(line);
        return this;
    }
}
