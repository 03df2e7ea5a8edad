package dev.nowake.agent.metrics;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.mirror.evict.DiskCounts;
import dev.nowake.agent.mirror.evict.DiskFigures;
import dev.nowake.agent.mirror.fill.FailureKind;
import dev.nowake.agent.mirror.fill.FillFigures;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;

/** Mirrors, each by its configured name. One that is not served has none of the figures but that it is not. */
final class MirrorFamilies {
    private static final String MIRROR = "mirror";

    private MirrorFamilies() {}

    static List<Family> all() {
        return List.of(
                Family.gauge(
                        "mirror_served",
                        "1 while the mirror is served, 0 where it could not be opened; nothing in observe mode",
                        (look, points) -> look.mirrors().stream()
                                .filter(mirror -> mirror.settings().mode() == Mode.ENFORCE)
                                .forEach(mirror -> points.add(mirror.isServed() ? 1 : 0, name(mirror))),
                        MIRROR),
                gauge(
                        "mirror_remote_reachable",
                        "1 while the remote folder answers, as far as the last thing it was asked tells",
                        figures -> figures.stored().state().isReachable() ? 1 : 0),
                gauge(
                        "mirror_broken",
                        "1 since its local disk failed, or its gate stopped answering: missing bytes are EIO until a"
                                + " restart",
                        figures ->
                                figures.filling().isBroken() || figures.gate().tripped() ? 1 : 0),
                Family.gauge(
                        "mirror_files",
                        "files the mirror shows; complete: all bytes are durable on the local disk",
                        (look, points) -> served(look, (name, figures) -> {
                            points.add(figures.stored().complete(), name, "complete");
                            points.add(figures.stored().incomplete(), name, "incomplete");
                        }),
                        MIRROR,
                        "state"),
                gauge(
                        "mirror_size_bytes",
                        "sizes of the files the mirror shows",
                        figures -> figures.stored().sizeBytes()),
                gauge(
                        "mirror_here_bytes",
                        "bytes of them that are here",
                        figures -> figures.stored().filledBytes()),
                counter(
                        "mirror_fetched_bytes",
                        "bytes the remote returned",
                        figures -> figures.filling().fetchedBytes()),
                counter(
                        "mirror_needed_bytes",
                        "bytes that were missing when readers asked for them, each reader's counted",
                        figures -> figures.filling().neededBytes()),
                counter(
                        "mirror_completed_files",
                        "files that became complete",
                        figures -> figures.filling().completed()),
                counter(
                        "mirror_passed_reads",
                        "reads of incomplete files that found their bytes and went on at once",
                        figures -> figures.gate().passed()),
                counter(
                        "mirror_held_reads",
                        "reads of incomplete files that waited for bytes",
                        figures -> figures.gate().held()),
                counter(
                        "mirror_refused_reads",
                        "reads of incomplete files that waited and ended in an error",
                        figures -> figures.gate().refused()),
                gauge(
                        "mirror_waiting_reads",
                        "reads that wait now",
                        figures -> figures.gate().waiting()),
                gauge(
                        "mirror_oldest_wait_seconds",
                        "how long the oldest of the reads that wait now has waited",
                        figures -> figures.gate().oldestWaitSeconds()),
                Family.histogram(
                        "mirror_wait_seconds",
                        "how long readers waited for missing bytes",
                        (look, points) -> served(look, (name, figures) -> waits(figures.filling(), points, name)),
                        MIRROR),
                Family.counter(
                        "mirror_failed_pieces",
                        "requests to the remote, and writes of what it returned, that failed, by why",
                        (look, points) -> served(look, (name, figures) -> {
                            for (FailureKind kind : FailureKind.values()) {
                                points.add(
                                        figures.filling().failures().getOrDefault(kind, 0L),
                                        name,
                                        kind.name().toLowerCase(Locale.ROOT));
                            }
                        }),
                        MIRROR,
                        "reason"),
                counter(
                        "mirror_retries",
                        "requests that were made again though no reader waited",
                        figures -> figures.filling().retries()),
                counter(
                        "mirror_abandoned_requests",
                        "requests the remote had not answered in time, whose threads were left behind",
                        figures -> figures.filling().abandonedRequests()),
                counter(
                        "mirror_mismatches",
                        "whole files whose content was not what their names promise; they are thrown away",
                        figures -> figures.filling().mismatches()),
                disk(
                        "mirror_disk_used_bytes",
                        "blocks of the mirror's files on its local disk",
                        disk -> disk.standing().usedBytes()),
                disk(
                        "mirror_disk_budget_bytes",
                        "what the mirror's files may take of its local disk",
                        disk -> disk.standing().budgetBytes()),
                disk(
                        "mirror_disk_free_bytes",
                        "free on the mirror's local disk, whoever fills it",
                        disk -> disk.standing().freeBytes()),
                disk(
                        "mirror_disk_reserve_bytes",
                        "what the mirror leaves free on its local disk",
                        disk -> disk.standing().reserveBytes()),
                disk(
                        "mirror_disk_missing_bytes",
                        "room that was needed on the mirror's local disk when it was last looked at and could not be made",
                        DiskFigures::missingBytes),
                evicted("mirror_evicted_bytes", "bytes evicted from the mirror's local disk", DiskCounts::evictedBytes),
                evicted(
                        "mirror_evicted_models",
                        "models evicted from the mirror's local disk",
                        DiskCounts::evictedModels),
                Family.counter(
                        "mirror_evict_stayed",
                        "models that were to be evicted from the mirror's local disk and stayed; in_use: they were opened,"
                                + " loaded or kept meanwhile",
                        (look, points) -> disks(look, (name, disk) -> {
                            points.add(disk.counts().stayedInUse(), name, "in_use");
                            points.add(disk.counts().stayedFailed(), name, "failed");
                        }),
                        MIRROR,
                        "reason"),
                evicted(
                        "mirror_shortages",
                        "times there was not enough room on the mirror's local disk and none could be made",
                        DiskCounts::shortages));
    }

    private interface Each {
        void read(String name, MirrorFigures figures);
    }

    private static void served(Look look, Each each) {
        for (MirrorStanding mirror : look.mirrors()) {
            if (mirror.isServed()) {
                each.read(name(mirror), mirror.figures());
            }
        }
    }

    private static String name(MirrorStanding mirror) {
        return mirror.settings().name();
    }

    private static void waits(FillFigures filling, Family.Points points, String name) {
        points.add(
                filling.waitBounds().stream().mapToDouble(Double::doubleValue).toArray(),
                filling.waits().stream().mapToLong(Long::longValue).toArray(),
                filling.waitedSeconds(),
                name);
    }

    private static Family gauge(String name, String help, ToDoubleFunction<MirrorFigures> value) {
        return Family.gauge(name, help, reading(value), MIRROR);
    }

    private static Family counter(String name, String help, ToDoubleFunction<MirrorFigures> value) {
        return Family.counter(name, help, reading(value), MIRROR);
    }

    private static Family.Reading reading(ToDoubleFunction<MirrorFigures> value) {
        return (look, points) -> served(look, (name, figures) -> points.add(value.applyAsDouble(figures), name));
    }

    private static Family disk(String name, String help, ToDoubleFunction<DiskFigures> value) {
        return Family.gauge(
                name,
                help,
                (look, points) -> disks(look, (mirror, disk) -> points.add(value.applyAsDouble(disk), mirror)),
                MIRROR);
    }

    private static Family evicted(String name, String help, ToDoubleFunction<DiskCounts> value) {
        return Family.counter(
                name,
                help,
                (look, points) -> disks(look, (mirror, disk) -> points.add(value.applyAsDouble(disk.counts()), mirror)),
                MIRROR);
    }

    private static void disks(Look look, BiConsumer<String, DiskFigures> each) {
        for (MirrorStanding mirror : look.mirrors()) {
            if (mirror.disk() != null) {
                each.accept(name(mirror), mirror.disk());
            }
        }
    }
}
