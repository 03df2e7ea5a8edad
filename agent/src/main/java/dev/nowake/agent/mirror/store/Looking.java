package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Twin;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** One file compared with the remote's, and renewed where that has changed. Any thread; waits for the remote its timeout at most. */
final class Looking {
    private final Parts parts;
    private final RemoteCalls calls;
    private final TreeSync treeSync;
    private final Shaping shaping;
    private final TreeFolders folders;
    private final StoreState state;

    Looking(Parts parts, RemoteCalls calls, TreeSync treeSync, Shaping shaping, TreeFolders folders, StoreState state) {
        this.parts = parts;
        this.calls = calls;
        this.treeSync = treeSync;
        this.shaping = shaping;
        this.folders = folders;
        this.state = state;
    }

    /** Asks the remote whether a twin's file is the one it was, and puts a fresh twin in its place where it is not. */
    Sight look(Twin twin) {
        Path relative = parts.settings().remote().relativize(twin.remote());
        RemoteEntry entry;
        try {
            entry = calls.call(() -> new RemoteFiles(
                            parts.settings().remote().toRealPath(),
                            parts.settings().etagAttribute())
                    .look(relative));
        } catch (NoSuchFileException gone) {
            return rootAnswers() ? Sight.GONE : Sight.UNREACHABLE;
        } catch (IOException away) {
            state.unreachable(RemoteFiles.reason(away));
            return Sight.UNREACHABLE;
        }
        state.reached();
        if (!(entry instanceof RemoteEntry.File file)) {
            return Sight.GONE;
        }
        if (file.identity().equals(twin.identity())) {
            return Sight.SAME;
        }
        twin.outdated();
        renew(relative, file);
        return Sight.CHANGED;
    }

    /** A folder that is not mounted has no files: they are not gone. */
    private boolean rootAnswers() {
        try {
            return calls.call(() -> treeSync.isWhereItWas());
        } catch (IOException away) {
            state.unreachable(RemoteFiles.reason(away));
            return false;
        }
    }

    private void renew(Path relative, RemoteEntry.File file) {
        parts.tree().lock();
        try (Held parent = folders.at(relative.getParent())) {
            if (parent != null) {
                shaping.file(parent, file, new SyncTally());
            }
        } catch (IOException failed) {
            return; // the next look through the remote tries again
        } finally {
            parts.tree().unlock();
        }
    }
}
