package dev.nowake.agent.pack;

import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.agent.stage.DataChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * SHA-256 of many files, read from the disk: past page cache where the filesystem takes O_DIRECT, else what was brought in is
 * dropped behind. Threads are started by the caller's, and see what it has mounted.
 */
final class Digests {
    /** SHA-256 takes a core at 1 to 2 GB/s: four keep up with most disks. */
    private static final int MOST_THREADS = 4;

    private static final int PIECE_BYTES = 2 << 20;

    /** What a buffered reader leaves in page cache at most. */
    private static final long DROP_BYTES = 64L << 20;

    private final Footprint footprint;
    private final AtomicBoolean stopped;
    private final AtomicLong doneBytes;

    /** @param sizeBytes so many are hashed */
    record Job(Path file, long sizeBytes) {}

    /** Either a hash or why there is none. */
    record Outcome(String sha256, IOException failure) {}

    Digests(Footprint footprint, AtomicBoolean stopped, AtomicLong doneBytes) {
        this.footprint = footprint;
        this.stopped = stopped;
        this.doneBytes = doneBytes;
    }

    /** One outcome for each job, in their order. */
    List<Outcome> of(List<Job> jobs) throws InterruptedException {
        Outcome[] outcomes = new Outcome[jobs.size()];
        AtomicInteger next = new AtomicInteger();
        int count = Math.min(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()), jobs.size());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform()
                    .name("nowake-pack-hash-" + i)
                    .daemon()
                    .start(() -> {
                        ByteBuffer buffer = DataChannel.buffer(PIECE_BYTES);
                        for (int at = next.getAndIncrement(); at < outcomes.length; at = next.getAndIncrement()) {
                            outcomes[at] = hash(jobs.get(at), buffer);
                        }
                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return List.of(outcomes);
    }

    private Outcome hash(Job job, ByteBuffer buffer) {
        try (DataChannel channel = DataChannel.read(job.file())) {
            boolean drops = !channel.isDirect() && footprint.isCold(job.file());
            MessageDigest digest = ContentDigest.start(null, 0);
            long dropped = 0;
            for (long at = 0; at < job.sizeBytes(); at += PIECE_BYTES) {
                if (stopped.get()) {
                    throw new IOException("stopped");
                }
                buffer.clear();
                channel.readFully(buffer, at);
                buffer.flip();
                int wanted = (int) Math.min(PIECE_BYTES, job.sizeBytes() - at);
                if (buffer.limit() < wanted) {
                    throw new IOException(
                            "it ends after " + (at + buffer.limit()) + " of " + job.sizeBytes() + " bytes");
                }
                digest.update(buffer.limit(wanted));
                doneBytes.addAndGet(wanted);
                if (drops && at + wanted - dropped >= DROP_BYTES) {
                    footprint.drop(job.file(), dropped, at + wanted);
                    dropped = at + wanted;
                }
            }
            if (drops) {
                footprint.drop(job.file(), 0, job.sizeBytes());
            }
            return new Outcome(ContentDigest.hex(digest), null);
        } catch (IOException failed) {
            return new Outcome(null, failed);
        } catch (RuntimeException | Error broken) {
            return new Outcome(null, new IOException(broken.toString(), broken));
        }
    }
}
