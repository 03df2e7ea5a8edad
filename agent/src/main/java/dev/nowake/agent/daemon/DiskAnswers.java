package dev.nowake.agent.daemon;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.mirror.evict.MirroredModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The control verb that evicts mirrored models from the disk by hand. Large ones take longer than an answer may: then the
 * answer has a number, by which to ask again. Any thread.
 */
final class DiskAnswers {
    /** Less than a client waits. */
    private static final long PATIENCE_MILLIS = 1000;

    /** Of evictions that somebody may still ask about. */
    private static final int REMEMBERED = 16;

    private final MirrorDisks disks;
    private final Map<Long, CompletableFuture<List<MirrorDisk.ByHand>>> under = new LinkedHashMap<>();
    private long last;

    DiskAnswers(MirrorDisks disks) {
        this.disks = disks;
    }

    Answers addTo(Answers answers) {
        return answers.change("evict-disk", this::evict);
    }

    private Object evict(Map<String, Object> request, String by) {
        long number;
        CompletableFuture<List<MirrorDisk.ByHand>> done;
        if (request.get("number") instanceof Number asked) {
            number = asked.longValue();
            synchronized (this) {
                done = under.get(number);
            }
            if (done == null) {
                return ControlError.of("usage", "no eviction " + number + " is known: the journal has it");
            }
        } else {
            done = begin(Answers.text(request, "target"), RequestPath.of(request), by);
            if (done == null) {
                return notMirrored(request);
            }
            number = remember(done);
        }
        return answer(number, done);
    }

    /** Null where no mirror has such a model. */
    private CompletableFuture<List<MirrorDisk.ByHand>> begin(String target, Path path, String by) {
        Predicate<MirroredModel> which = model -> model.name().equals(target)
                || path != null && model.twins().stream().anyMatch(twin -> isBelow(twin, path));
        List<CompletableFuture<List<MirrorDisk.ByHand>>> begun = new ArrayList<>();
        for (MirrorDisk disk : disks.all()) {
            if (disk.models().stream().anyMatch(which)) {
                begun.add(disk.evict(which, by));
            }
        }
        if (begun.isEmpty()) {
            return null;
        }
        return CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new)).thenApply(all -> {
            List<MirrorDisk.ByHand> models = new ArrayList<>();
            begun.forEach(each -> models.addAll(each.join()));
            return models;
        });
    }

    private static boolean isBelow(Twin twin, Path path) {
        return twin.local().startsWith(path) || twin.remote().startsWith(path);
    }

    private synchronized long remember(CompletableFuture<List<MirrorDisk.ByHand>> done) {
        under.put(++last, done);
        if (under.size() > REMEMBERED) {
            under.remove(under.keySet().iterator().next());
        }
        return last;
    }

    private static Object answer(long number, CompletableFuture<List<MirrorDisk.ByHand>> done) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("number", number);
        try {
            List<MirrorDisk.ByHand> models = done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            document.put("done", true);
            document.put(
                    "evictedBytes",
                    models.stream().mapToLong(MirrorDisk.ByHand::freedBytes).sum());
            document.put("models", models.stream().map(DiskAnswers::describe).toList());
            return document;
        } catch (TimeoutException large) {
            document.put("done", false);
            return document;
        } catch (ExecutionException failed) {
            return ControlError.of("failed", String.valueOf(failed.getCause().getMessage()));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return ControlError.of("failed", "the daemon is stopping");
        }
    }

    private static Map<String, Object> describe(MirrorDisk.ByHand model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", model.model());
        document.put("evictedBytes", model.freedBytes());
        document.put("stayed", model.stayed());
        return document;
    }

    private Object notMirrored(Map<String, Object> request) {
        List<String> names = disks.all().stream().map(MirrorDisk::name).toList();
        return ControlError.of(
                "not_mirrored",
                names.isEmpty()
                        ? "there is no mirror, whose disk models could be evicted from: 'mirrors' in the configuration"
                                + " makes one"
                        : request.get("target")
                                + " is neither a file or folder of a mirror nor a mirrored model's name;"
                                + " mirrors are " + String.join(", ", names));
    }
}
