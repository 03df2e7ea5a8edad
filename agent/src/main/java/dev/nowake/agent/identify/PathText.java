package dev.nowake.agent.identify;

import dev.nowake.kernel.PathBytes;
import dev.nowake.model.NameText;
import java.nio.file.Path;
import java.util.Arrays;

/** A text that stands for a path, whatever the process's locale. For showing and comparing, never for opening. */
public final class PathText {
    private PathText() {}

    /** UTF-8 where the path's bytes are that; else each byte that is not ASCII as {@code \xNN}. */
    public static String of(Path path) {
        String text = path.toString();
        return isAscii(text) ? text : NameText.of(PathBytes.of(path));
    }

    /** The text of the last name of the path; empty for a root. */
    public static String nameOf(Path path) {
        Path name = path.getFileName();
        if (name == null) {
            return "";
        }
        String text = name.toString();
        if (isAscii(text)) {
            return text;
        }
        byte[] bytes = PathBytes.of(name);
        int start = bytes.length;
        while (start > 0 && bytes[start - 1] != '/') {
            start--;
        }
        return NameText.of(Arrays.copyOfRange(bytes, start, bytes.length));
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
