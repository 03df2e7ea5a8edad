package dev.nowake.policy.js;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.ResourceLimits;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.io.FileSystem;
import org.graalvm.polyglot.io.IOAccess;

/**
 * What a script may do, in one place.
 *
 * <p>The restrictions are those of {@link org.graalvm.polyglot.SandboxPolicy#CONSTRAINED}, given one by one; a test builds
 * them under that policy. The policy itself is not set because it refuses the options below that bound a single allocation
 * (string and array buffer lengths), and scripts share the daemon's heap.
 */
final class Sandbox {
    static final String LANGUAGE = "js";

    static final String MODULE = "application/javascript+module";

    /**
     * For one call, or for loading. Some 0.2 s of straight loop: ten times what a call may take, so that the caller's
     * deadline decides where there is one, and a check on the command line ends by itself. Built-ins count nothing.
     */
    static final long STATEMENTS = 5_000_000;

    /** Characters of one string: more than any plan needs, and a hundredth of the daemon's heap. */
    private static final String STRING_LIMIT = Integer.toString(1 << 20);

    private static final String[][] OPTIONS = {
        {"js.string-length-limit", STRING_LIMIT},
        {"js.max-typed-array-length", "65536"},
        {"js.polyglot-builtin", "false"},
        {"js.shared-array-buffer", "false"},
        {"js.atomics", "false"},
        {"js.disable-eval", "true"},
        {"js.java-package-globals", "false"},
        {"js.performance", "false"},
        {"js.shadow-realm", "false"},
        {"js.json-modules", "false"},
        {"js.top-level-await", "false"},
        // a policy reads no clock; what it prints of a date is the same on every host
        {"js.timezone", "UTC"},
        {"js.locale", "en"},
    };

    private static final Source PRELUDE = prelude();

    private Sandbox() {}

    /** Holds the code all contexts share; made by the first script and kept, since making it takes half a second. */
    private static final class Shared {
        static final Engine ENGINE = engine(Engine.newBuilder(LANGUAGE));
    }

    static Engine engine(Engine.Builder builder) {
        return builder.option("engine.WarnInterpreterOnly", "false")
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream())
                .build();
    }

    /** @param files null for a script that may import nothing */
    static Context context(FileSystem files) {
        Context.Builder builder = restricted(Context.newBuilder(LANGUAGE), files)
                .engine(Shared.ENGINE)
                .allowExperimentalOptions(true);
        for (String[] option : OPTIONS) {
            builder.option(option[0], option[1]);
        }
        return builder.build();
    }

    /** Everything that is the same under {@code SandboxPolicy.CONSTRAINED}. */
    static Context.Builder restricted(Context.Builder builder, FileSystem files) {
        IOAccess io = files == null
                ? IOAccess.NONE
                : IOAccess.newBuilder().fileSystem(files).build();
        return builder.allowHostAccess(HostAccess.CONSTRAINED)
                .allowHostClassLookup(null)
                .allowHostClassLoading(false)
                .allowNativeAccess(false)
                .allowCreateProcess(false)
                .allowCreateThread(false)
                .allowInnerContextOptions(false)
                .allowPolyglotAccess(PolyglotAccess.NONE)
                .allowEnvironmentAccess(EnvironmentAccess.NONE)
                .allowIO(io)
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream())
                .in(InputStream.nullInputStream())
                .resourceLimits(ResourceLimits.newBuilder()
                        .statementLimit(STATEMENTS, null)
                        .build())
                .option("js.esm-eval-returns-exports", "true")
                .option("js.strict", "true")
                .option("js.load", "false")
                .option("js.print", "false")
                .option("js.console", "false")
                .option("js.graal-builtin", "false")
                .option("js.webassembly", "false");
    }

    static Source preludeSource() {
        return PRELUDE;
    }

    private static Source prelude() {
        try (InputStream in = Sandbox.class.getResourceAsStream("prelude.js")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Source.newBuilder(LANGUAGE, text, "nowake").internal(true).buildLiteral();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
