package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.policy.Guard;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** When a mirrored model would leave the disk, and why not before; asks the policy and does nothing. */
final class DiskExplanation {
    private DiskExplanation() {}

    /** Null where no model has a file there. */
    static Map<String, Object> of(MirrorDisk.Parts parts, MirrorViews views, Path local) throws IOException {
        if (parts.models().all().stream().noneMatch(model -> has(model, local))) {
            return null;
        }
        DiskStanding standing = parts.budget().look();
        MirrorViews.Seen seen = views.of(standing, 0);
        for (MirroredModelView view : seen.view().models()) {
            if (has(seen.model(view), local)) {
                return document(parts, standing, seen.view(), view);
            }
        }
        return null; // it has just gone
    }

    private static boolean has(MirroredModel model, Path local) {
        return model.twins().stream().map(Twin::local).anyMatch(path -> path.startsWith(local));
    }

    private static Map<String, Object> document(
            MirrorDisk.Parts parts, DiskStanding standing, MirrorView mirror, MirroredModelView model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("mirror", mirror.name());
        document.put("model", model.name());
        document.put("sizeBytes", model.sizeBytes());
        document.put("onDiskBytes", model.onDiskBytes());
        document.put("lastLoadedUnix", model.lastLoadedSeconds() > 0 ? model.lastLoadedSeconds() : null);
        document.put("budgetBytes", mirror.budgetBytes());
        document.put("usedBytes", mirror.usedBytes());
        document.put("freeBytes", mirror.freeBytes());
        document.put("reserveBytes", mirror.reserveBytes());
        document.put("excessBytes", mirror.excessBytes());
        document.put("staysBecause", model.staysBecause());
        DiskPolicy.Answer answer = parts.policy().tryOut(allMayGo(standing, mirror));
        document.put("policy", answer.policy());
        long before = 0;
        int place = 0;
        for (Guard.FromDisk step : answer.evictions()) {
            place++;
            if (step.model().files().equals(model.files())) {
                document.put("place", place);
                document.put("goesAfterBytes", before);
                document.put("reason", step.reason());
            }
            before += step.model().onDiskBytes();
        }
        document.put("places", place);
        return document;
    }

    /** So much is needed that all have to go that may. */
    private static MirrorView allMayGo(DiskStanding standing, MirrorView mirror) {
        List<MirroredModelView> models = mirror.models();
        long evictable = models.stream()
                .filter(model -> model.staysBecause() == null)
                .mapToLong(MirroredModelView::onDiskBytes)
                .sum();
        long slack = Math.min(mirror.budgetBytes() - mirror.usedBytes(), mirror.freeBytes() - mirror.reserveBytes());
        return standing.view(mirror.name(), Math.max(0, evictable + slack), models);
    }
}
