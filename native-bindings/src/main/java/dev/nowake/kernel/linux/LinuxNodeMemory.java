package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.VmStat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of sysfs that act when they are written to, below a root path. */
final class LinuxNodeMemory implements NodeMemory {
    private static final String RECLAIMED = "pgsteal_proactive";

    private final LibC libc;
    private final Path root;
    private final Path nodes;

    LinuxNodeMemory(LibC libc, Path root) {
        this.libc = libc;
        this.root = root;
        this.nodes = root.resolve("sys/devices/system/node");
    }

    @Override
    public long reclaim(int node, long lengthBytes) throws KernelException {
        if (lengthBytes < Pages.SIZE_BYTES) {
            throw new KernelException("write reclaim", Errno.EINVAL);
        }
        VmStat before = VmStat.read(root);
        long freeBefore = freeBytes(node);
        long written = write(reclaimFile(node), lengthBytes + " swappiness=0");
        // EINTR as well: asked again it would take the whole length once more.
        if (Outcome.is(written, Errno.EAGAIN) || Outcome.is(written, Errno.EINTR)) {
            VmStat after = VmStat.read(root);
            long freed = after.has(RECLAIMED)
                    ? after.since(before, RECLAIMED) * Pages.SIZE_BYTES
                    : freeBytes(node) - freeBefore;
            return Math.clamp(freed, 0, lengthBytes);
        }
        Outcome.orThrow("write reclaim", written);
        return lengthBytes;
    }

    @Override
    public void compact(int node) throws KernelException {
        Outcome.orThrow("write compact", write(compactFile(node), "1"));
    }

    /** Opens the control of the first node, which does nothing yet: 0 or more where it may be written to. */
    long probeReclaim() {
        return probe(reclaimFile(firstNode()));
    }

    long probeCompact() {
        return probe(compactFile(firstNode()));
    }

    private Path reclaimFile(int node) {
        return nodes.resolve("node" + node).resolve("reclaim");
    }

    private Path compactFile(int node) {
        boolean numa = node != 0 || Files.isDirectory(nodes.resolve("node0"));
        return numa ? nodes.resolve("node" + node).resolve("compact") : root.resolve("proc/sys/vm/compact_memory");
    }

    private int firstNode() {
        return NumaTopology.read(root).nodes().getFirst().id();
    }

    private long freeBytes(int node) {
        return NumaTopology.read(root)
                .node(node)
                .map(each -> each.memory().freeBytes())
                .orElse(0L);
    }

    private long probe(Path control) {
        long fd = open(control);
        if (fd >= 0) {
            libc.close((int) fd);
        }
        return fd;
    }

    /** One write(2), never repeated. */
    private long write(Path control, String text) throws KernelException {
        long fd = Outcome.orThrow("open " + control.getFileName(), open(control));
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            MemorySegment buffer = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
            return libc.writeOnce((int) fd, buffer.address(), bytes.length);
        } finally {
            libc.close((int) fd);
        }
    }

    private long open(Path control) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(control));
            return libc.open(name.address(), OpenFlags.WRONLY | OpenFlags.CLOEXEC | OpenFlags.NOCTTY);
        }
    }
}
