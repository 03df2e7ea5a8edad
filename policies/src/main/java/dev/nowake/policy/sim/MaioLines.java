package dev.nowake.policy.sim;

import dev.nowake.policy.sim.Recording.Access;
import dev.nowake.policy.sim.Recording.RecordedFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads {@code path offset length node}, a line for each access, as openEuler's maio writes them. A path may hold spaces;
 * empty lines and lines that begin with {@code #} say nothing. Such a trace knows no sizes (a file ends where its last
 * access does), no times and no processes.
 */
public final class MaioLines {
    private static final Pattern LINE =
            Pattern.compile("(.+?)[ \t]+([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t]+(-?[0-9]{1,6})");

    private MaioLines() {}

    private record Touch(String path, long offset, long length, int node) {}

    /** Throws {@link IllegalArgumentException} with the line's number and what was expected there. */
    public static Recording read(Stream<String> lines) {
        List<Touch> touches = new ArrayList<>();
        int[] number = {0};
        lines.forEachOrdered(line -> {
            number[0]++;
            if (!line.isBlank() && !line.startsWith("#")) {
                touches.add(touch(line.strip(), number[0]));
            }
        });
        Map<String, Long> sizes = new TreeMap<>();
        touches.forEach(touch -> sizes.merge(touch.path(), touch.offset() + touch.length(), Math::max));
        List<String> paths = new ArrayList<>(sizes.keySet());
        Map<String, Integer> indices = new TreeMap<>();
        paths.forEach(path -> indices.put(path, indices.size()));
        return new Recording(
                paths.stream()
                        .map(path -> new RecordedFile(path, sizes.get(path)))
                        .toList(),
                touches.stream()
                        .map(touch -> new Access(
                                indices.get(touch.path()), touch.offset(), touch.length(), touch.node(), -1, 0))
                        .toList());
    }

    private static Touch touch(String line, int number) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("line " + number + ": expected 'path offset length node', such as"
                    + " '/models/a.safetensors 0 4194304 0'");
        }
        long offset = Long.parseLong(matcher.group(2));
        long length = Long.parseLong(matcher.group(3));
        if (length == 0) {
            throw new IllegalArgumentException("line " + number + ": an access of no bytes");
        }
        return new Touch(matcher.group(1), offset, length, Integer.parseInt(matcher.group(4)));
    }
}
