package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.stage.ContentDigest;
import java.security.MessageDigest;

/**
 * How far a file's content has been held against what its name promises. Guarded by the filler's lock, except for the digest,
 * which is the checking thread's.
 */
final class FileCheck {
    /** The first try and two more: a remote that is wrong thrice is wrong. */
    static final int MOST_MISMATCHES = 3;

    private final ContentDigest promised;
    private final long sizeBytes;
    private MessageDigest digest;

    /** Pieces of which something is missing. */
    int piecesMissing;

    /** Bytes from the start that the digest has taken; the checking thread's. */
    long atBytes;

    int mismatches;
    boolean isRight;

    /** Nobody reads the file any more: what was hashed is not kept for its sake. */
    boolean isForgotten;

    FileCheck(ContentDigest promised, long sizeBytes, int piecesMissing) {
        this.promised = promised;
        this.sizeBytes = sizeBytes;
        restart(piecesMissing);
    }

    ContentDigest promised() {
        return promised;
    }

    MessageDigest digest() {
        return digest;
    }

    void restart(int piecesMissing) {
        this.piecesMissing = piecesMissing;
        digest = ContentDigest.start(promised, sizeBytes);
        atBytes = 0;
        isRight = false;
    }

    /** Whether the book is to remember the file for what has been hashed, or for having been wrong. */
    boolean keepsFile() {
        return !isRight && (!isForgotten || mismatches > 0);
    }
}
