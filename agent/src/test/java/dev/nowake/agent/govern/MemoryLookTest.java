package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryLookTest {
    private static final long PAGE = 4096;

    @TempDir
    Path root;

    private MemoryLook look;

    @BeforeEach
    void makeProc() throws IOException {
        Files.createDirectories(root.resolve("proc/pressure"));
        look = new MemoryLook(root, () -> 77);
    }

    @Test
    void nothingReadableIsNothingKnown() {
        assertThat(look.get()).isEqualTo(new MemoryState(List.of(), 77, -1, -1));
    }

    @Test
    void whatIsFreeAboveEachZonesHighWatermark() throws IOException {
        zones(5_000, 1_000, 900_000, 20_000);
        assertThat(look.get().nodes())
                .containsExactly(new MemoryState.Node(0, 905_000 * PAGE, (4_000 + 880_000) * PAGE, -1));
    }

    @Test
    void aZoneBelowItsWatermarkTakesNothingFromTheOthers() throws IOException {
        zones(10, 1_000_000, 900_000, 20_000);
        assertThat(look.get().nodes().getFirst().aboveMarksBytes()).isEqualTo(880_000 * PAGE);
    }

    @Test
    void blocksAreThoseOfTheLargestFolioAndMore() throws IOException {
        zones(0, 0, 900_000, 20_000);
        Files.writeString(root.resolve("proc/buddyinfo"), """
                Node 0, zone      DMA      1      1      1      1      1      1      1      1      1      1      2
                Node 0, zone   Normal      9      9      9      9      9      9      9      9      9      3      4
                """);
        assertThat(look.get().nodes().getFirst().blockBytes()).isEqualTo((1 + 3) * 512 * PAGE + (2 + 4) * 1024 * PAGE);
    }

    @Test
    void reclaimAndStallsAreCountedButNotWhatWasAskedFor() throws IOException {
        Files.writeString(root.resolve("proc/vmstat"), """
                pgscan_kswapd 100
                pgscan_direct 20
                pgscan_proactive 5000
                allocstall_dma 1
                allocstall_normal 2
                """);
        Files.writeString(root.resolve("proc/pressure/memory"), """
                some avg10=0.00 avg60=0.00 avg300=0.00 total=4711
                full avg10=0.00 avg60=0.00 avg300=0.00 total=0
                """);
        assertThat(look.get().reclaimEvents()).isEqualTo(123);
        assertThat(look.get().stalledMicros()).isEqualTo(4711);
    }

    @Test
    void zonesWithoutMemoryMakeNoNode() throws IOException {
        Files.writeString(root.resolve("proc/zoneinfo"), """
                Node 1, zone   Normal
                  pages free     0
                        high     0
                        managed  0
                """);
        assertThat(look.get().nodes()).isEmpty();
    }

    @Test
    void hostileFilesAreNoMemory() throws IOException {
        Files.writeString(root.resolve("proc/zoneinfo"), "Node 0, zone Normal\n pages free many\n");
        Files.writeString(root.resolve("proc/buddyinfo"), "Node x, zone\n\0\n");
        Files.writeString(root.resolve("proc/vmstat"), "pgscan_kswapd -7\n");
        assertThat(look.get()).isEqualTo(new MemoryState(List.of(), 77, -1, -1));
    }

    /** What the host counts as free beside its zones, a balloon's for one, is not room. */
    @Test
    void meminfoIsNotAsked() throws IOException {
        Files.writeString(root.resolve("proc/meminfo"), "MemTotal: 99999999 kB\nMemFree: 9999999 kB\n");
        assertThat(look.get().nodes()).isEmpty();
    }

    private void zones(long dmaFree, long dmaHigh, long normalFree, long normalHigh) throws IOException {
        Files.writeString(root.resolve("proc/zoneinfo"), """
                Node 0, zone      DMA
                  pages free     %d
                        low      2
                        high     %d
                        managed  4000
                Node 0, zone   Normal
                  pages free     %d
                        low      20
                        high     %d
                        managed  1000000
                """.formatted(dmaFree, dmaHigh, normalFree, normalHigh));
    }
}
