package dev.nowake.agent.cli;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Arguments as the bytes the caller gave. The JVM decodes them by the locale, which loses a file name that is not text in
 * it; the kernel still has the bytes.
 */
final class RawArguments {
    private static final Map<String, byte[]> LOST = new HashMap<>();

    private RawArguments() {}

    /** Looks up the arguments of this process that decoding may have damaged; does nothing when all are ASCII. */
    static void learn(String[] arguments) {
        if (Arrays.stream(arguments).allMatch(RawArguments::isAscii)) {
            return;
        }
        List<byte[]> raw;
        try {
            raw = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
        } catch (IOException e) {
            return;
        }
        int first = raw.size() - arguments.length;
        for (int i = 0; i < arguments.length && first >= 0; i++) {
            if (!isAscii(arguments[i])) {
                LOST.put(arguments[i], raw.get(first + i));
            }
        }
    }

    /** The path an argument means. */
    static Path path(String argument) {
        byte[] bytes = LOST.get(argument);
        return bytes == null ? Path.of(argument) : PathBytes.path(bytes);
    }

    static List<byte[]> split(byte[] commandLine) {
        List<byte[]> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                parts.add(Arrays.copyOfRange(commandLine, start, i));
                start = i + 1;
            }
        }
        return parts;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
