package dev.nowake.agent.daemon;

import dev.nowake.agent.mirror.evict.MirrorDisk;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The disks of the mirrors there are now, for whoever asks about them. Any thread. */
final class MirrorDisks {
    private final List<MirrorDisk> disks = new CopyOnWriteArrayList<>();

    void add(MirrorDisk disk) {
        disks.add(disk);
    }

    void remove(MirrorDisk disk) {
        disks.remove(disk);
    }

    List<MirrorDisk> all() {
        return List.copyOf(disks);
    }
}
