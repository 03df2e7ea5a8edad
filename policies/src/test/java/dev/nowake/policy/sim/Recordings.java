package dev.nowake.policy.sim;

import dev.nowake.policy.sim.Recording.RecordedFile;
import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Recorded loads for tests. */
final class Recordings {
    static final long MIB = 1L << 20;
    static final long GIB = 1L << 30;

    private Recordings() {}

    static List<RecordedFile> shards(int count, long sizeBytes) {
        List<RecordedFile> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(new RecordedFile("/models/m/model-%05d-of-%05d.safetensors".formatted(i + 1, count), sizeBytes));
        }
        return files;
    }

    /** One reader, each shard from its beginning to its end, {@code thinkNanos} after each piece; -1: no times. */
    static Recording sequential(int shards, long shardBytes, long pieceBytes, long thinkNanos) {
        return new Recording(shards(shards, shardBytes), pieces(shards, shardBytes, pieceBytes, thinkNanos, 1));
    }

    static List<Access> pieces(int shards, long shardBytes, long pieceBytes, long thinkNanos, int pid) {
        List<Access> accesses = new ArrayList<>();
        for (int file = 0; file < shards; file++) {
            for (long offset = 0; offset < shardBytes; offset += pieceBytes) {
                long nanos = thinkNanos < 0 ? -1 : accesses.size() * thinkNanos;
                accesses.add(new Access(file, offset, Math.min(pieceBytes, shardBytes - offset), 0, nanos, pid));
            }
        }
        return accesses;
    }

    static Recording shuffled(Recording recording, long seed) {
        List<Access> accesses = new ArrayList<>(recording.accesses());
        Collections.shuffle(accesses, new Random(seed));
        return new Recording(
                recording.files(),
                accesses.stream()
                        .map(access -> new Access(
                                access.file(), access.offsetBytes(), access.lengthBytes(), access.node(), -1, 1))
                        .toList());
    }
}
