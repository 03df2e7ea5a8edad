package dev.nowake.kernel;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Paths and the bytes the kernel knows them by. File names are bytes without an encoding; a {@link Path} keeps them, but
 * its string does not, so strings serve only where they lose nothing and a file URI does elsewhere.
 */
public final class PathBytes {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final boolean NAMES_ARE_UTF8 = "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));
    private static final char REPLACEMENT = '\uFFFD';
    private static final Path ROOT = Path.of("/");

    private PathBytes() {}

    /** The path's bytes, without a NUL. One that is no text is looked up once (stat(2)) on the way. */
    public static byte[] of(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        if (NAMES_ARE_UTF8 && text.indexOf(REPLACEMENT) < 0) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        // A URI is of an absolute path; a relative one keeps its bytes below the root.
        byte[] bytes = decode(ROOT.resolve(path).toUri().getRawPath());
        boolean slashAdded = bytes.length > 1 && bytes[bytes.length - 1] == '/';
        return Arrays.copyOfRange(bytes, path.isAbsolute() ? 0 : 1, bytes.length - (slashAdded ? 1 : 0));
    }

    /** The path of these bytes, which hold no NUL. */
    public static Path path(byte[] bytes) {
        String text = text(bytes);
        if (text != null) {
            return Path.of(text);
        }
        boolean absolute = bytes[0] == '/';
        Path path = Path.of(URI.create((absolute ? "file://" : "file:///") + encode(bytes)));
        return absolute ? path : Path.of("/").relativize(path);
    }

    /** The bytes as text where they are text that turns back into the same bytes, else null. */
    private static String text(byte[] bytes) {
        if (isAscii(bytes)) {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
        if (!NAMES_ARE_UTF8) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            return null;
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static String encode(byte[] bytes) {
        StringBuilder encoded = new StringBuilder(bytes.length * 3);
        for (byte b : bytes) {
            if (b == '/') {
                encoded.append('/');
            } else {
                encoded.append('%').append(HEX.toHexDigits(b));
            }
        }
        return encoded.toString();
    }

    private static byte[] decode(String rawPath) {
        byte[] bytes = new byte[rawPath.length()];
        int length = 0;
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) HexFormat.fromHexDigits(rawPath, i + 1, i + 3);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return Arrays.copyOf(bytes, length);
    }
}
