package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * The thread that holds files against what their names promise. It follows the fill from the file's start, reading what has
 * just been written out of page cache, so that little is left to hash when the last piece comes. Only then, and if it is right, is
 * the file called complete; readers do not wait for it.
 */
final class ContentCheck {
    /** Read at once: long enough that a call costs nothing beside the hashing. */
    private static final int READ_BYTES = 1 << 20;

    private static final long CLEAR_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Shared shared;
    private final Saver saver;
    private final Condition moves;
    private ByteBuffer buffer;
    private Outcomes outcomes;
    private boolean runs;
    private boolean moved;
    private volatile boolean stops;

    ContentCheck(Shared shared, Saver saver) {
        this.shared = shared;
        this.saver = saver;
        this.moves = shared.lock.newCondition();
    }

    /** Before anything else. */
    void serve(Outcomes outcomes) {
        this.outcomes = outcomes;
    }

    /** A piece of the file has come. Lock held. */
    void look(FileFill file) {
        if (file.check == null || file.check.isRight || stops) {
            return;
        }
        moved = true;
        if (!runs) {
            runs = shared.begin("check", this::run);
        } else {
            moves.signal();
        }
    }

    private void run() {
        for (List<FileFill> files = next(); files != null; files = next()) {
            for (FileFill file : files) {
                follow(file);
            }
        }
        buffer = null;
    }

    /** Those that are not hashed to their end, once one of them has moved; null where the thread is to end. */
    private List<FileFill> next() {
        shared.lock.lock();
        try {
            long left = shared.settings.idle().toNanos();
            while (!moved && !stops && left > 0) {
                left = moves.awaitNanos(left);
            }
            if (stops || !moved) {
                runs = false;
                moves.signalAll();
                return null;
            }
            moved = false;
            List<FileFill> files = new ArrayList<>();
            for (FileFill file : shared.book.files()) {
                if (file.check != null && !file.check.isRight && file.refused == null) {
                    files.add(file);
                }
            }
            return files;
        } catch (InterruptedException nobodyDoes) {
            runs = false;
            return null;
        } finally {
            shared.lock.unlock();
        }
    }

    private void follow(FileFill file) {
        FileCheck check = file.check;
        if (check == null) {
            return;
        }
        try {
            hash(file, check);
        } catch (IOException unreadable) {
            refuse(
                    file,
                    PathText.of(file.twin().local()) + ": its content cannot be looked at: " + unreadable.getMessage());
            return;
        }
        if (check.atBytes < file.sizeBytes() || !file.twin().isWritten()) {
            return;
        }
        String hex = ContentDigest.hex(check.digest());
        if (hex.equals(check.promised().hex())) {
            right(file, check);
        } else {
            throwAway(file, check, hex);
        }
    }

    /** As far as the file is written from its start. */
    private void hash(FileFill file, FileCheck check) throws IOException {
        OpenFile open = null;
        try {
            while (check.atBytes < file.sizeBytes() && !stops) {
                long end = Math.min(file.sizeBytes(), check.atBytes + READ_BYTES);
                if (!file.twin().missing(new ByteRange(check.atBytes, end)).isEmpty()) {
                    return;
                }
                if (open == null) {
                    open = open(file.twin());
                }
                check.atBytes = hash(open, check, end);
            }
        } finally {
            if (open != null) {
                open.close();
            }
        }
    }

    private OpenFile open(Twin twin) throws IOException {
        FileAccess files = shared.parts.kernel().files();
        OpenFile open = files.open(twin.local());
        FileStatus status = files.status(open);
        if (!new FileId(status.device(), status.inode()).equals(twin.id())) {
            open.close();
            throw new IOException("it is another file now");
        }
        return open;
    }

    private long hash(OpenFile open, FileCheck check, long end) throws IOException {
        if (buffer == null) {
            buffer = ByteBuffer.allocate(READ_BYTES);
        }
        ByteBuffer target = buffer.clear().limit((int) (end - check.atBytes));
        long at = check.atBytes;
        while (target.hasRemaining()) {
            int got = shared.parts.kernel().files().read(open, at, target, ReadMode.NORMAL);
            if (got == 0) {
                throw new IOException("it is shorter than it was made");
            }
            at += got;
        }
        check.digest().update(target.flip());
        return at;
    }

    private void right(FileFill file, FileCheck check) {
        shared.lock.lock();
        try {
            check.isRight = true;
            saver.look(file);
            shared.book.tidy(file);
        } finally {
            shared.lock.unlock();
        }
    }

    private void throwAway(FileFill file, FileCheck check, String hex) {
        String line = PathText.of(file.twin().remote()) + " is not what its name says: "
                + check.promised().algorithm() + " " + hex + "; what was there of it is thrown away";
        shared.tally.mismatches.increment();
        shared.tally.failed(FailureKind.CONTENT);
        Fault fault = new Fault(FailureKind.CONTENT, line);
        Answers answers = new Answers();
        shared.lock.lock();
        try {
            file.clearing = true;
            shared.book.forget(file);
            shared.book.failAll(file, fault, answers.ready()); // who comes from now on waits for what is fetched anew
            while ((file.isBusy() || file.save.saving) && !stops) {
                moves.awaitNanos(CLEAR_WAIT_NANOS);
            }
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        } finally {
            shared.lock.unlock();
        }
        Fault stays = null;
        try {
            file.twin().clear();
        } catch (IOException refused) {
            stays = new Fault(FailureKind.BROKEN, line + ", which failed: " + refused.getMessage(), refused);
        }
        answers.news().add(new FillNews(FillNews.Kind.MISMATCH, file.twin().remote(), file.sizeBytes(), 0, line));
        shared.lock.lock();
        try {
            file.clearing = false;
            file.save.clear();
            check.mismatches++;
            check.restart(file.piecesOf(RangeSet.between(0, file.sizeBytes())).cardinality());
            if (check.mismatches >= FileCheck.MOST_MISMATCHES || stays != null) {
                outcomes.refuse(file, fault, answers);
            }
            if (stays != null) {
                outcomes.breakDown(stays, answers);
            }
            outcomes.goOn(); // who came meanwhile was not served
        } finally {
            shared.lock.unlock();
        }
        outcomes.tell(answers);
    }

    private void refuse(FileFill file, String line) {
        Answers answers = new Answers();
        shared.lock.lock();
        try {
            outcomes.refuse(file, new Fault(FailureKind.CONTENT, line), answers);
            answers.news().add(new FillNews(FillNews.Kind.FAILED, file.twin().local(), 0, 0, line));
        } finally {
            shared.lock.unlock();
        }
        outcomes.tell(answers);
    }

    /** Lock held. */
    void stop() {
        stops = true;
        moves.signalAll();
    }

    /** Returns when the thread has ended, or it is time. Lock not held. */
    void await(long deadlineNanos) {
        shared.lock.lock();
        try {
            long rest = deadlineNanos - System.nanoTime();
            while (runs && rest > 0) {
                rest = moves.awaitNanos(rest);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } finally {
            shared.lock.unlock();
        }
    }
}
