package dev.nowake.agent.mirror.evict;

import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import java.util.List;

/**
 * How a mirror's disk stands at one moment. Bytes.
 *
 * @param usedBytes blocks of the mirror's files
 * @param freeBytes on the disk, whoever fills it; with what was freed lately and the filesystem does not show yet
 */
public record DiskStanding(long budgetBytes, long usedBytes, long freeBytes, long reserveBytes) {
    /** What has to go for so many bytes to fit. */
    public long excessBytes(long neededBytes) {
        return view("", neededBytes, List.of()).excessBytes();
    }

    MirrorView view(String name, long neededBytes, List<MirroredModelView> models) {
        return new MirrorView(name, budgetBytes, usedBytes, freeBytes, reserveBytes, neededBytes, models);
    }
}
