package dev.nowake.agent.stage;

import dev.nowake.agent.identify.PathText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's name promises of its content: Hugging Face names large blobs by their SHA-256 and small ones as git does, by
 * the SHA-1 of a header and the content; Ollama writes {@code sha256-HEX}.
 */
public record ContentDigest(String algorithm, String hex) {
    private static final Pattern SHA256 = Pattern.compile("(?:sha256-)?([0-9a-f]{64})");
    private static final Pattern GIT = Pattern.compile("[0-9a-f]{40}");

    /** Null where the name promises nothing. */
    public static ContentDigest of(Path path) {
        Path last = path.getFileName();
        if (last == null) {
            return null;
        }
        String name = PathText.of(last);
        Matcher sha256 = SHA256.matcher(name);
        if (sha256.matches()) {
            return new ContentDigest("SHA-256", sha256.group(1));
        }
        boolean isBlob = path.getParent() != null && path.getParent().endsWith("blobs");
        return isBlob && GIT.matcher(name).matches() ? new ContentDigest("SHA-1", name) : null;
    }

    /** A digest that takes the content of a file of this size next. */
    public static MessageDigest start(ContentDigest promised, long sizeBytes) {
        try {
            if (promised == null || promised.algorithm().equals("SHA-256")) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
            return git;
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException(broken); // every Java has both
        }
    }

    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
