package dev.nowake.agent.daemon;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The control verb {@code explain}: finds the lane the path belongs to and asks it. */
final class ExplainAnswer {
    /** Less than a client waits; files are looked at on the lane's background thread, which may be walking folders. */
    private static final long PATIENCE_MILLIS = 1500;

    private ExplainAnswer() {}

    /**
     * @param request {@code pathBase64} (absolute, resolved), {@code device} and {@code inode} of what is there, {@code pid} or 0
     */
    static Map<String, Object> of(Collection<Lane> lanes, List<MirrorDisk> disks, Map<String, Object> request) {
        Path path;
        FileId id;
        int pid;
        try {
            path = PathBytes.path(Base64.getDecoder().decode((String) request.get("pathBase64")));
            id = new FileId(number(request, "device"), number(request, "inode"));
            pid = Math.toIntExact(number(request, "pid"));
        } catch (RuntimeException malformed) {
            return ControlError.of("usage", "explain needs pathBase64, device, inode and pid");
        }
        Map<String, Object> answer = ofLane(lanes, path, id, pid);
        Map<String, Object> mirror = ofDisk(disks, path);
        if (mirror == null) {
            return answer;
        }
        Map<String, Object> both = new LinkedHashMap<>();
        if (answer.containsKey("error")) { // of what no root is above, the mirror knows the place alone
            both.put("path", PathLabel.of(path).text());
        } else {
            both.putAll(answer);
        }
        both.put("mirror", mirror);
        return both;
    }

    /** Null where it is in no mirror. */
    private static Map<String, Object> ofDisk(List<MirrorDisk> disks, Path path) {
        for (MirrorDisk disk : disks) {
            try {
                Map<String, Object> explained = disk.explain(path);
                if (explained != null) {
                    return explained;
                }
            } catch (IOException unknown) {
                return Map.of("mirror", disk.name(), "problem", String.valueOf(unknown.getMessage()));
            }
        }
        return null;
    }

    private static Map<String, Object> ofLane(Collection<Lane> lanes, Path path, FileId id, int pid) {
        Lane lane = null;
        int depth = -1;
        for (Lane each : lanes) {
            for (Path root : each.rootPaths()) {
                if (path.startsWith(root) && root.getNameCount() > depth) {
                    lane = each;
                    depth = root.getNameCount();
                }
            }
        }
        if (lane == null) {
            return ControlError.of("not_watched", path + " is below no root; 'nowake status' lists them");
        }
        return answer(lane.explain(id, path, pid), path);
    }

    private static long number(Map<String, Object> request, String key) {
        return ((Number) request.get(key)).longValue();
    }

    static Map<String, Object> answer(CompletableFuture<Map<String, Object>> asked, Path path) {
        if (asked == null) {
            return ControlError.of("no_model", path + " is no model file that nowake knows, and holds none");
        }
        try {
            return asked.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException busy) {
            return ControlError.of("busy", "the daemon is busy with the files below that root: ask again");
        } catch (ExecutionException broken) {
            return ControlError.of("failed", String.valueOf(broken.getCause()));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return ControlError.of("failed", "the daemon is stopping");
        }
    }
}
