package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Makes each call once, in a form that changes nothing, and notes what the kernel says. Takes well under 20 ms. */
final class FeatureProbe {
    private static final int MADV_POPULATE_READ = 22;
    private static final int MADV_PAGEOUT = 21;
    private static final int RWF_NOWAIT = 0x8;
    private static final int RWF_DONTCACHE = 0x80;
    private static final int F_SETSIG = 10;
    private static final int F_SETLEASE = 1024;
    private static final int F_WRLCK = 1;
    private static final int F_UNLCK = 2;
    private static final int SIGURG = 23;
    private static final int MFD_CLOEXEC = 1;
    private static final List<String> ELSEWHERE = List.of(".", "/var/tmp", "/tmp");

    private final LibC libc;
    private final Map<Feature, String> missing = new EnumMap<>(Feature.class);

    private FeatureProbe(LibC libc) {
        this.libc = libc;
    }

    static Features of(LibC libc) {
        FeatureProbe probe = new FeatureProbe(libc);
        try (Arena arena = Arena.ofConfined()) {
            probe.fanotify();
            probe.file(arena);
            probe.processes(arena);
            probe.leases(arena);
            probe.memoryPolicy(arena);
        }
        probe.nodeMemory();
        return new Features(probe.missing);
    }

    private void fanotify() {
        noteAndClose(Feature.FANOTIFY, libc.fanotifyInit(LinuxFileEvents.BASE_FLAGS, LinuxFileEvents.EVENT_FLAGS));
        noteAndClose(
                Feature.OPEN_PERMISSION,
                libc.fanotifyInit(LinuxPermissionEvents.OPENS_FLAGS, LinuxFileEvents.EVENT_FLAGS));
        preAccess();
        noteAndClose(
                Feature.FANOTIFY_NAMES,
                libc.fanotifyInit(LinuxFileEvents.BASE_FLAGS | LinuxFileEvents.REPORT_DFID_NAME, 0));
    }

    /**
     * A group of that class is as old as fanotify; the event is not. On a file in memory, whose filesystem has no such
     * events: EOPNOTSUPP says that the kernel knows them.
     */
    private void preAccess() {
        long group = libc.fanotifyInit(LinuxPermissionEvents.RANGES_FLAGS, LinuxFileEvents.EVENT_FLAGS);
        note(Feature.PRE_ACCESS, group);
        if (group < 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, "nowake-probe".getBytes(StandardCharsets.US_ASCII));
            long fd = libc.memfdCreate(name.address(), MFD_CLOEXEC);
            note(Feature.PRE_ACCESS, fd);
            if (fd >= 0) {
                long marked = libc.fanotifyMark((int) group, 1, PermissionGroup.ACCESS, (int) fd, 0);
                note(Feature.PRE_ACCESS, Outcome.is(marked, Errno.EOPNOTSUPP) ? 0 : marked);
                libc.close((int) fd);
            }
        } finally {
            libc.close((int) group);
        }
    }

    /** On the java executable: a regular file that is always there, and resident. */
    private void file(Arena arena) {
        MemorySegment path = Scratch.cString(arena, "/proc/self/exe".getBytes(StandardCharsets.US_ASCII));
        long fd = libc.open(path.address(), OpenFlags.RDONLY | OpenFlags.CLOEXEC);
        if (fd < 0) {
            for (Feature feature : new Feature[] {
                Feature.CACHESTAT, Feature.POPULATE_READ, Feature.PREADV2_NOWAIT, Feature.PREADV2_DONTCACHE
            }) {
                note(feature, fd);
            }
            return;
        }
        try {
            cachestat((int) fd, arena);
            populateRead((int) fd);
            preadv2(Feature.PREADV2_NOWAIT, (int) fd, RWF_NOWAIT, arena);
            preadv2(Feature.PREADV2_DONTCACHE, (int) fd, RWF_DONTCACHE, arena);
        } finally {
            libc.close((int) fd);
        }
    }

    private void cachestat(int fd, Arena arena) {
        MemorySegment range = arena.allocate(128, 8);
        range.set(JAVA_LONG, 8, Pages.SIZE_BYTES);
        long result = libc.cachestat(fd, range.address(), range.address() + 16);
        note(Feature.CACHESTAT, Outcome.is(result, Errno.EPERM) ? 0 : result); // not our file, but the call is there
    }

    private void populateRead(int fd) {
        long address = libc.mmap(0, Pages.SIZE_BYTES, 1, 1, fd, 0);
        note(Feature.POPULATE_READ, address);
        if (address >= 0) {
            note(Feature.POPULATE_READ, libc.madvise(address, Pages.SIZE_BYTES, MADV_POPULATE_READ));
            libc.munmap(address, Pages.SIZE_BYTES);
        }
    }

    /**
     * An unknown flag and a filesystem that does not know it are one errno. So a no from where java lies (FUSE, an
     * overlay) is no answer: nameless files elsewhere are asked as well.
     */
    private void preadv2(Feature feature, int fd, int flag, Arena arena) {
        long answer = preadv2(fd, flag, arena);
        for (String folder : ELSEWHERE) {
            if (answer >= 0) {
                break;
            }
            MemorySegment path = Scratch.cString(arena, folder.getBytes(StandardCharsets.US_ASCII));
            long nameless = libc.open(path.address(), OpenFlags.TMPFILE | OpenFlags.RDWR | OpenFlags.CLOEXEC);
            if (nameless >= 0) {
                long other = preadv2((int) nameless, flag, arena);
                libc.close((int) nameless);
                answer = other >= 0 ? other : answer;
            }
        }
        note(feature, answer);
    }

    private long preadv2(int fd, int flag, Arena arena) {
        MemorySegment target = arena.allocate(64, 8);
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(JAVA_LONG, 0, target.address());
        vector.set(JAVA_LONG, 8, target.byteSize());
        long result = libc.preadv2(fd, vector.address(), 1, 0, flag);
        return Outcome.is(result, Errno.EAGAIN) ? 0 : result;
    }

    /** Advises nothing of ourselves; advising another process needs CAP_SYS_NICE on top. */
    private void processes(Arena arena) {
        long pidfd = libc.pidfdOpen(libc.getpid());
        note(Feature.PIDFD, pidfd);
        note(Feature.PROCESS_MADVISE, pidfd);
        if (pidfd >= 0) {
            MemorySegment vector = arena.allocate(16, 8);
            if (!Capabilities.has(libc, Capabilities.SYS_NICE)) {
                missing.putIfAbsent(Feature.PROCESS_MADVISE, "no CAP_SYS_NICE");
            }
            note(Feature.PROCESS_MADVISE, libc.processMadvise((int) pidfd, vector.address(), 0, MADV_PAGEOUT));
            libc.close((int) pidfd);
        }
        pagemapScan(arena);
    }

    /** Of no byte of ourselves. */
    private void pagemapScan(Arena arena) {
        MemorySegment path = Scratch.cString(arena, "/proc/self/pagemap".getBytes(StandardCharsets.US_ASCII));
        long fd = libc.open(path.address(), OpenFlags.RDONLY | OpenFlags.CLOEXEC);
        note(Feature.PAGEMAP_SCAN, fd);
        if (fd >= 0) {
            note(Feature.PAGEMAP_SCAN, new PageScan(libc).probe((int) fd));
            libc.close((int) fd);
        }
    }

    /** On a file in memory: held or not, an answer is an answer. */
    private void leases(Arena arena) {
        MemorySegment name = Scratch.cString(arena, "nowake-probe".getBytes(StandardCharsets.US_ASCII));
        long fd = libc.memfdCreate(name.address(), MFD_CLOEXEC);
        note(Feature.LEASES, fd);
        if (fd >= 0) {
            libc.fcntl((int) fd, F_SETSIG, SIGURG);
            long taken = libc.fcntl((int) fd, F_SETLEASE, F_WRLCK);
            note(Feature.LEASES, Outcome.is(taken, Errno.EAGAIN) ? 0 : taken);
            libc.fcntl((int) fd, F_SETLEASE, F_UNLCK);
            libc.close((int) fd);
        }
    }

    /** Sets the policy that is set already. */
    private void memoryPolicy(Arena arena) {
        MemorySegment mode = arena.allocate(8, 8);
        MemorySegment mask = arena.allocate(LinuxThreadPlacement.NODE_MASK_BYTES, 8);
        int maxNode = LinuxThreadPlacement.MAX_NODE;
        long got = libc.getMempolicy(mode.address(), mask.address(), maxNode - 1L);
        note(Feature.MEMORY_POLICY, got);
        if (got >= 0) {
            note(Feature.MEMORY_POLICY, libc.setMempolicy(mode.get(JAVA_INT, 0), mask.address(), maxNode));
        }
    }

    private void nodeMemory() {
        LinuxNodeMemory controls = new LinuxNodeMemory(libc, Path.of("/"));
        note(Feature.NODE_RECLAIM, controls.probeReclaim());
        note(Feature.COMPACTION, controls.probeCompact());
    }

    private void noteAndClose(Feature feature, long fd) {
        note(feature, fd);
        if (fd >= 0) {
            libc.close((int) fd);
        }
    }

    private void note(Feature feature, long result) {
        if (result < 0) {
            missing.putIfAbsent(feature, Outcome.errno(result).describe());
        }
    }
}
