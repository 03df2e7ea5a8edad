package dev.nowake.agent.identify;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** A path's bytes, and a text that stands for them: the same text only for the same bytes. */
public final class PathText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final boolean NAMES_ARE_UTF8 = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));

    private PathText() {}

    /**
     * UTF-8 where the bytes are that, whatever the process's locale; else each byte that is not ASCII as {@code \xNN}.
     */
    public static String of(Path path) {
        String text = path.toString();
        if (isFaithful(text)) {
            return text;
        }
        byte[] bytes = bytes(path);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return escaped(bytes);
        }
    }

    /** The text of the last name of the path. */
    public static String nameOf(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : of(name);
    }

    /** The bytes the kernel knows the path by. */
    public static byte[] bytes(Path path) {
        String text = path.toString();
        if (isFaithful(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        // The only way the JDK shows the bytes: a URI of the absolute path, percent-encoded. Of a relative path the
        // part before it is cut off again.
        byte[] whole = unescaped(path.toUri().getRawPath());
        int end = whole.length;
        if (end > 1 && whole[end - 1] == '/') {
            end--;
        }
        int start = 0;
        if (!path.isAbsolute()) {
            Path before = Path.of("").toAbsolutePath();
            byte[] prefix = unescaped(before.toUri().getRawPath());
            start = prefix.length;
        }
        return Arrays.copyOfRange(whole, start, end);
    }

    /** Whether the JDK lost nothing when it made this text of a path. */
    private static boolean isFaithful(String text) {
        boolean ascii = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == REPLACEMENT) {
                return false;
            }
            ascii &= c < 0x80;
        }
        return ascii || NAMES_ARE_UTF8;
    }

    private static byte[] unescaped(String rawPath) {
        byte[] bytes = new byte[rawPath.length()];
        int length = 0;
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(rawPath, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (b < 0) {
                text.append(String.format("\\x%02x", b & 0xff));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }
}
