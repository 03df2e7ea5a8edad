package dev.nowake.agent.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A root that stands for several folders, as {@code /home/}{@code *}{@code /.cache/huggingface}: those there are when the
 * configuration is read. Behind the first name with a pattern no link is followed: whoever owns such a folder could lead it
 * anywhere, and have all of that watched.
 */
public final class RootPattern {
    /** More marks than this on behalf of one line is a mistake. */
    private static final int MOST_FOLDERS = 1_000;

    private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");

    private RootPattern() {}

    /** A folder whose own name has such a character is not one. */
    public static boolean isOne(Path root) {
        return SPECIAL.matcher(root.toString()).find() && !Files.isDirectory(root);
    }

    /** Throws {@link IllegalArgumentException} with one line that says what is wrong with it. */
    static void check(Path pattern) {
        for (Path name : pattern) {
            if (name.toString().contains("**")) {
                throw new IllegalArgumentException(
                        "a root's pattern stands for one name at a time: write * for each, and no **");
            }
            Glob.of(name.toString());
        }
    }

    /**
     * In the names' order; those that cannot be listed are left out.
     *
     * @throws ConfigException there are too many
     */
    public static List<Path> folders(Path pattern) throws ConfigException {
        List<Path> found = List.of(pattern.getRoot());
        boolean literal = true;
        for (Path name : pattern) {
            boolean here = SPECIAL.matcher(name.toString()).find();
            literal &= !here;
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (here) {
                    children(folder, name.toString(), next);
                } else if (literal || Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                    next.add(folder.resolve(name));
                }
            }
            if (next.size() > MOST_FOLDERS) {
                throw new ConfigException("root " + pattern + ": stands for more than " + MOST_FOLDERS
                        + " folders; name the folder above them");
            }
            found = next;
        }
        return found;
    }

    private static void children(Path folder, String pattern, List<Path> target) {
        Glob glob = Glob.of(pattern);
        boolean hidden = pattern.startsWith(".");
        List<Path> matching = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path each : entries) {
                String name = each.getFileName().toString();
                if (glob.matches(name)
                        && (hidden || !name.startsWith("."))
                        && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                    matching.add(each);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
            matching.clear(); // as though it were empty: other folders may still be there
        }
        matching.sort(null);
        target.addAll(matching);
    }
}
