package dev.nowake.agent.observe;

import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.policy.trace.TraceException;
import dev.nowake.policy.trace.TraceFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a coverage-guided fuzzer calls ({@code samples/fuzz/run.sh}): a configuration, a line of the journal, a trace. An input is
 * a byte that says which, then the text. Each has one exception, or none, for what is wrong with it.
 */
public final class FuzzedText {
    /** Five times what is promised. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static Path file;

    private FuzzedText() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] text = Arrays.copyOfRange(input, 1, input.length);
        long start = System.nanoTime();
        switch (input[0] & 3) {
            case 0 -> config(text);
            case 1 -> trace(text);
            default -> journal(text);
        }
        if (System.nanoTime() - start > PATIENCE_NANOS) {
            throw new AssertionError("more than five seconds");
        }
    }

    private static void config(byte[] text) throws IOException {
        if (file == null) {
            Path memory = Path.of("/dev/shm");
            file = Files.createTempFile(Files.isWritable(memory) ? memory : Path.of("."), "nowake-fuzz", ".yaml");
            file.toFile().deleteOnExit();
        }
        Files.write(file, text);
        try {
            ConfigFile.read(file);
        } catch (ConfigException refused) {
            if (refused.getMessage().isBlank()) {
                throw new AssertionError("refused without a word");
            }
        }
    }

    private static void trace(byte[] text) throws IOException {
        try {
            TraceFormat.read(new ByteArrayInputStream(text));
        } catch (TraceException refused) {
            if (refused.getMessage().isBlank()) {
                throw new AssertionError("refused without a word");
            }
        }
    }

    private static void journal(byte[] text) {
        JournalEntry entry = JournalReader.parse(text);
        if (entry != null) {
            String sentence = Sentence.of(entry);
            if (!sentence.equals(OneLine.of(sentence)) || Priority.of(entry) == null) {
                throw new AssertionError(sentence);
            }
            entry.time();
            entry.load();
        }
    }
}
