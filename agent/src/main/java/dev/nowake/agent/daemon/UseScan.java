package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Looks in /proc who uses which files now, for opens whose events were lost or came before the mark. */
final class UseScan {
    /**
     * @param sightings one for each file in use
     * @param complete false when /proc could not be read whole: somebody may be missing
     */
    record Found(List<Sighting> sightings, boolean complete) {}

    private final Parts parts;

    UseScan(Parts parts) {
        this.parts = parts;
    }

    Found of(List<FileId> files) {
        Set<FileKey> keys = new HashSet<>();
        for (FileId id : files) {
            keys.add(new FileKey(id.device(), id.inode()));
        }
        parts.counters().increment(Counter.PROC_SCANS);
        long askedNanos = System.nanoTime(); // who is found may be gone by the end
        OpenFileScan.Users users = OpenFileScan.scan(
                parts.procRoot(), keys, Math.toIntExact(ProcessHandle.current().pid()));
        List<Sighting> found = new ArrayList<>();
        for (FileKey key : keys) {
            if (users.inUse(key)) {
                FileId id = new FileId(key.device(), key.inode());
                int pid = users.pids(key).iterator().next();
                found.add(new Sighting(id, FileEvent.OPEN, pid, null, null, null, askedNanos));
            }
        }
        return new Found(found, !users.hidden().contains(OpenFileScan.EVERYBODY));
    }
}
