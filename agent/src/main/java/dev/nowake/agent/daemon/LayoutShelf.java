package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.KernelByteSource;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.FileAccess;
import dev.nowake.model.FileId;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.format.FormatDetector;
import dev.nowake.policy.Layouts;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tensors of files whose policy asked for them. A header is read once, from the descriptor its load holds, after its
 * reader has begun to read it as well; never in observe mode, and never where reading may wait for a server. Any thread.
 */
final class LayoutShelf implements Layouts {
    /** Of the models loaded last; a header of a thousand tensors takes some 200 KiB. */
    private static final int MOST_KEPT = 256;

    private final Map<FileId, Layout> known = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FileId, Layout> eldest) {
            return size() > MOST_KEPT;
        }
    });

    private final Set<FileId> wanted = ConcurrentHashMap.newKeySet();

    @Override
    public Layout of(FileId file) {
        Layout layout = known.get(file);
        if (layout == null) {
            wanted.add(file);
            return Layout.unknown();
        }
        return layout;
    }

    /** What is known of it, without asking for more. */
    Layout known(FileId file) {
        Layout layout = known.get(file);
        return layout == null ? Layout.unknown() : layout;
    }

    /** Whether a policy asked for it and nobody has read it yet; the answer is yes once. */
    boolean takeWish(FileId file) {
        return !known.containsKey(file) && wanted.remove(file);
    }

    /** Reads the header; what is no model or lies about itself is known to have no tensors. Waits for storage. */
    void read(FileAccess files, TrackedShard shard) {
        Layout layout = Layout.unknown();
        try {
            layout = FormatDetector.read(
                    new KernelByteSource(files, shard.file(), FileAccess.ReadMode.NORMAL),
                    shard.path().getFileName().toString());
        } catch (IOException | HostileModelException | IllegalStateException none) {
            layout = Layout.unknown(); // not asked again: it would be as unreadable the next time
        }
        known.put(shard.shard().id(), layout);
    }

    void forget(FileId file) {
        known.remove(file);
    }
}
