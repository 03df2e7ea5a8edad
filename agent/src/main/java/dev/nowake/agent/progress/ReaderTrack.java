package dev.nowake.agent.progress;

import dev.nowake.agent.load.ProgressSource;
import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.Mapping;
import dev.nowake.kernel.proc.ProcessIo;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** One reader of a load, followed from look to look. For one thread. */
final class ReaderTrack {
    /**
     * Descriptors and mappings are looked for at every open that was heard, and else every so many looks: a server's
     * thousand of them take milliseconds to read, and one known descriptor some ten microseconds.
     */
    private static final int SEARCH_EVERY = 5;

    /** Reading less than this between two looks is no reading of weights. */
    private static final long READING_BYTES = 1L << 20;

    private final Path procRoot;
    private final int pid;
    private final MappedPages pages;
    private final Map<FileId, FileTrack> files = new LinkedHashMap<>();
    private final Map<Integer, Long> descriptors = new HashMap<>();
    private final ClosedFiles closedFiles = new ClosedFiles();
    private Map<FileId, Long> finished = Map.of();
    private List<Mapping> mappings = List.of();
    private long searchedOpens = -1;
    private int looks;
    private long readBytes;
    private long readSince;
    private boolean direct;

    ReaderTrack(Path procRoot, int pid, MappedPages pages) {
        this.procRoot = procRoot;
        this.pid = pid;
        this.pages = pages;
    }

    /** Whether it moved. */
    boolean look(ProgressQuestion question) {
        boolean search = looks++ % SEARCH_EVERY == 0 || question.opens() != searchedOpens;
        searchedOpens = question.opens();
        long before = ProcessIo.readBytes(procRoot, pid);
        Map<Integer, DescriptorInfo> open = descriptors(question, search);
        long after = ProcessIo.readBytes(procRoot, pid);
        count(before, after);
        if (search) {
            Set<Long> inodes =
                    question.files().keySet().stream().map(FileId::inode).collect(Collectors.toSet());
            mappings = ProcessMaps.read(procRoot, pid).mappings().stream()
                    .filter(mapping -> inodes.contains(mapping.inode()))
                    .toList();
        }
        lookAtClosed(question, open, before, after);
        boolean moved = false;
        for (Map.Entry<FileId, ProgressQuestion.Asked> file : question.files().entrySet()) {
            moved |= look(file.getKey(), file.getValue(), open);
        }
        return moved;
    }

    /**
     * The most that can have been read between the positions of the last look and these. A reader goes on while it is
     * looked at: counted once a look, its positions seemed to jump by some MiB, and tensors it had read whole never were.
     *
     * @param beforeBytes the process's count before its positions were read; -1 unknown
     * @param afterBytes and after that
     */
    private void count(long beforeBytes, long afterBytes) {
        readSince = afterBytes < 0 ? -1 : afterBytes - readBytes;
        readBytes = Math.max(0, beforeBytes);
    }

    /** Only a reader that is alone and maps nothing has opened what was opened, and reads what it reads by its descriptors. */
    private void lookAtClosed(ProgressQuestion question, Map<Integer, DescriptorInfo> open, long before, long after) {
        finished = Map.of();
        Map<FileId, Long> positions = new HashMap<>();
        Map<FileId, Long> closed = new HashMap<>(question.closed());
        for (Map.Entry<FileId, ProgressQuestion.Asked> file : question.files().entrySet()) {
            List<Long> own = open.values().stream()
                    .filter(info -> info.inode() == file.getKey().inode())
                    .map(info -> Math.min(info.positionBytes(), file.getValue().sizeBytes()))
                    .toList();
            if (own.isEmpty()) {
                closed.put(file.getKey(), file.getValue().sizeBytes());
            } else {
                positions.put(file.getKey(), own.getFirst());
            }
            if (own.size() > 1) {
                closedFiles.lost();
                return;
            }
        }
        if (question.readers().size() == 1 && mappings.isEmpty()) {
            finished = closedFiles.look(positions, closed, before, after);
        } else {
            closedFiles.lost();
        }
    }

    /** Files it closed since the last look, having read them to their ends, and where it had been seen in each before. */
    Map<FileId, Long> finished() {
        return finished;
    }

    /** Those of the files asked about. Before 5.14 fdinfo tells no inode, and there are none. */
    private Map<Integer, DescriptorInfo> descriptors(ProgressQuestion question, boolean search) {
        Map<Integer, DescriptorInfo> open = new HashMap<>();
        boolean complete = !search;
        if (complete) {
            for (Map.Entry<Integer, Long> known : descriptors.entrySet()) {
                DescriptorInfo now =
                        DescriptorInfo.read(procRoot, pid, known.getKey()).orElse(null);
                complete &= now != null && now.inode() == known.getValue();
                open.put(known.getKey(), now);
            }
        }
        if (!complete) {
            open = DescriptorInfo.byNumber(procRoot, pid);
            Set<Long> inodes =
                    question.files().keySet().stream().map(FileId::inode).collect(Collectors.toSet());
            open.values().removeIf(info -> info.isPathOnly() || !inodes.contains(info.inode()));
            descriptors.clear();
            direct = open.values().stream().anyMatch(DescriptorInfo::isDirect);
            open.forEach((number, info) -> descriptors.put(number, info.inode()));
        }
        return open;
    }

    private boolean look(FileId id, ProgressQuestion.Asked asked, Map<Integer, DescriptorInfo> open) {
        List<Mapping> own = mappings.stream()
                .filter(mapping -> mapping.inode() == id.inode() && mapping.device() == id.device())
                .toList();
        Map<Integer, DescriptorInfo> ownOpen = new HashMap<>(open);
        ownOpen.values().removeIf(info -> info.inode() != id.inode());
        FileTrack track = files.computeIfAbsent(id, any -> new FileTrack());
        track.present(!own.isEmpty() || !ownOpen.isEmpty(), !own.isEmpty());
        track.keepOnly(ownOpen.keySet());
        boolean moved = false;
        for (Map.Entry<Integer, DescriptorInfo> each : ownOpen.entrySet()) {
            long position = Math.min(each.getValue().positionBytes(), asked.sizeBytes());
            moved |= track.at(each.getKey(), position, readSince, asked.headerBytes());
        }
        if (!own.isEmpty()) {
            RangeSet wanted =
                    RangeSet.between(0, asked.sizeBytes()).minus(track.mapped().minus(asked.gone()));
            moved |= track.maps(pages.of(pid, own, wanted), asked.gone());
        }
        return moved;
    }

    /** It has read since the last look, and not by read(2) or a mapping of the files that stand still. */
    boolean readsUnseen() {
        return readSince >= READING_BYTES && files.values().stream().anyMatch(FileTrack::standsStill);
    }

    /** Of files it has open and does not seem to read. */
    Map<FileId, FileTrack> standing() {
        Map<FileId, FileTrack> standing = new LinkedHashMap<>(files);
        standing.values().removeIf(track -> !track.standsStill());
        return standing;
    }

    /** It has one of the files open with O_DIRECT. */
    boolean readsDirectly() {
        return direct;
    }

    Map<FileId, FileTrack> files() {
        return files;
    }

    ReaderProgress progress(ProgressSource unseen) {
        ProgressSource source = ProgressSource.UNKNOWN;
        long touched = 0;
        for (FileTrack track : files.values()) {
            touched += track.touched().bytes();
            if (!track.mapped().isEmpty()) {
                source = ProgressSource.PAGE_TABLE;
            } else if (track.wasRead() && source != ProgressSource.PAGE_TABLE) {
                source = ProgressSource.POSITION;
            } else if (track.wasSeen() && source == ProgressSource.UNKNOWN) {
                source = unseen;
            }
        }
        return new ReaderProgress(source, touched);
    }
}
