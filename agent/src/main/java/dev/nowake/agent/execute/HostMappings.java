package dev.nowake.agent.execute;

import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.model.FileId;
import java.util.Set;

/** Asks /proc. A process that may not be looked at counts as not mapping: its pages are then called busy. */
public final class HostMappings implements MappingFinder {
    @Override
    public boolean isMapped(FileId file) {
        FileKey key = new FileKey(file.device(), file.inode());
        return OpenFileScan.scan(Set.of(key)).mapped().containsKey(key);
    }
}
