package dev.nowake.policy;

import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.List;

/** Mirrors whose disks need room, for {@link CannedInputs}. */
final class CannedMirrors {
    private static final long GIB = 1L << 30;
    private static final long SHARD_BYTES = 4 * GIB;
    private static final long FIRST_INODE = 1 << 24;
    private static final double DAY = 86_400;

    private CannedMirrors() {}

    /** Above its budget: of six models one is open, one is being loaded, one is kept, and one was never loaded. */
    static MirrorView aboveBudget(double now) {
        List<MirroredModelView> models = List.of(
                model("served-70b", 0, 10, now - DAY, true, false, false),
                model("arriving-8b", 1, 2, now - 60, false, true, false),
                model("wanted-8b", 2, 4, now - 30 * DAY, false, false, true),
                model("idle-8b", 3, 4, now - 10 * DAY, false, false, false),
                model("older-70b", 4, 8, now - 20 * DAY, false, false, false),
                model("staged-3b", 5, 1, 0, false, false, false));
        return new MirrorView("models", 100 * GIB, used(models), 400 * GIB, 10 * GIB, 0, models);
    }

    /** Room for a model is needed, and others fill the disk. */
    static MirrorView filledByOthers(double now) {
        List<MirroredModelView> models = List.of(
                model("idle-8b", 3, 4, now - 10 * DAY, false, false, false),
                model("older-70b", 4, 8, now - 20 * DAY, false, false, false));
        return new MirrorView("models", 100 * GIB, used(models), 12 * GIB, 10 * GIB, 20 * GIB, models);
    }

    private static long used(List<MirroredModelView> models) {
        return models.stream().mapToLong(MirroredModelView::onDiskBytes).sum();
    }

    private static MirroredModelView model(
            String name, int number, int shards, double lastLoaded, boolean open, boolean loading, boolean kept) {
        List<MirroredModelView.MirroredFile> files = new ArrayList<>();
        long onDisk = loading ? SHARD_BYTES / 2 : SHARD_BYTES;
        for (int i = 0; i < shards; i++) {
            String path = "/mirror/%s/model-%05d-of-%05d.safetensors".formatted(name, i + 1, shards);
            FileId id = new FileId(2, FIRST_INODE + 1000L * number + i);
            files.add(new MirroredModelView.MirroredFile(id, path, SHARD_BYTES, onDisk));
        }
        return new MirroredModelView(
                name, shards * SHARD_BYTES, shards * onDisk, lastLoaded, open, loading, kept, files);
    }
}
