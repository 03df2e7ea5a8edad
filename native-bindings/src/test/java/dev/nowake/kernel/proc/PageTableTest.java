package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Extent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTableTest {
    private static final long PAGE = 4096;

    @TempDir
    Path folder;

    private static Path table(Path root, boolean[] present) throws Exception {
        Path file = root.resolve("proc/9/pagemap");
        Files.createDirectories(file.getParent());
        ByteBuffer bytes = ByteBuffer.allocate((3 + present.length) * 8).order(ByteOrder.nativeOrder());
        bytes.putLong(-1).putLong(-1).putLong(-1); // what lies before the mapping
        for (boolean each : present) {
            bytes.putLong(each ? 1L << 63 | 17 : 1L << 62);
        }
        Files.write(file, bytes.array());
        return root;
    }

    @Property(tries = 100)
    void everyPresentPageIsFoundAndNoOther(@ForAll @Size(max = 300) List<Boolean> pages) throws Exception {
        Path root = Files.createTempDirectory("page-table");
        boolean[] present = new boolean[pages.size()];
        for (int i = 0; i < present.length; i++) {
            present[i] = pages.get(i);
        }
        table(root, present);
        Mapping mapping = new Mapping(3 * PAGE, (3 + present.length) * PAGE, "r--p", 5 * PAGE, 1, 2, "/models/a");
        List<Boolean> seen = new ArrayList<>();
        long end = 5 * PAGE;
        for (Extent run : PageTable.present(root, 9, mapping)) {
            assertThat(run.lengthBytes()).isPositive();
            while (end < run.offsetBytes()) {
                seen.add(false);
                end += PAGE;
            }
            while (end < run.endBytes()) {
                seen.add(true);
                end += PAGE;
            }
        }
        while (seen.size() < pages.size()) {
            seen.add(false);
        }
        assertThat(seen).isEqualTo(pages);
        Files.delete(root.resolve("proc/9/pagemap"));
        Files.delete(root.resolve("proc/9"));
        Files.delete(root.resolve("proc"));
        Files.delete(root);
    }

    @Test
    void aProcessThatIsGoneHasNoPages() {
        Mapping mapping = new Mapping(0, PAGE, "r--p", 0, 1, 2, "");
        assertThat(PageTable.present(folder, 9, mapping)).isEmpty();
    }

    @Test
    void ownPagesAreSeenWhereTheyWereTouched() throws Exception {
        Path file = folder.resolve("weights");
        Files.write(file, new byte[8 << 20]);
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            assertThat(mapped.get(ValueLayout.JAVA_BYTE, 4 << 20)).isZero();
            int pid = Math.toIntExact(ProcessHandle.current().pid());
            Mapping own = ProcessMaps.read(pid).mappings().stream()
                    .filter(each -> each.startAddress() == mapped.address())
                    .findFirst()
                    .orElseThrow();
            List<Extent> present = PageTable.present(Path.of("/"), pid, own);
            assertThat(present).anyMatch(run -> run.offsetBytes() <= 4 << 20 && run.endBytes() > 4 << 20);
            assertThat(present.stream().mapToLong(Extent::lengthBytes).sum()).isLessThan(8 << 20);
        }
    }
}
