package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryRoomTest {
    private static final long MARGIN_BYTES = 256L << 20;

    @TempDir
    Path root;

    private MemoryRoom room;

    @BeforeEach
    void makeProc() throws IOException {
        Files.createDirectory(root.resolve("proc"));
        room = new MemoryRoom(root);
    }

    @Test
    void whatIsFreeAboveEachZonesWatermarkLessTheMargin() throws IOException {
        zones(5_000, 1_000, 900_000, 20_000);
        assertThat(room.getAsLong()).isEqualTo((4_000 + 880_000) * 4096L - MARGIN_BYTES);
    }

    @Test
    void aZoneBelowItsWatermarkTakesNothingFromTheOthers() throws IOException {
        zones(10, 1_000_000, 900_000, 20_000);
        assertThat(room.getAsLong()).isEqualTo(880_000 * 4096L - MARGIN_BYTES);
    }

    @Test
    void itIsLookedAtEachTime() throws IOException {
        zones(0, 0, 900_000, 20_000);
        long before = room.getAsLong();
        zones(0, 0, 800_000, 30_000);
        assertThat(room.getAsLong()).isEqualTo(before - 110_000 * 4096L);
    }

    @Test
    void neverLessThanNothing() throws IOException {
        assertThat(room.getAsLong()).isZero();
        zones(5_000, 1_000, 30_000, 20_000);
        assertThat(room.getAsLong()).isZero();
        Files.writeString(root.resolve("proc/zoneinfo"), "Node 0, zone Normal\n pages free many\n");
        assertThat(room.getAsLong()).isZero();
    }

    /** What the host counts as free beside its zones, a balloon's for one, is not room. */
    @Test
    void meminfoIsNotAsked() throws IOException {
        Files.writeString(root.resolve("proc/meminfo"), "MemTotal: 99999999 kB\nMemFree: 9999999 kB\n");
        assertThat(room.getAsLong()).isZero();
    }

    private void zones(long dmaFree, long dmaHigh, long normalFree, long normalHigh) throws IOException {
        Files.writeString(root.resolve("proc/zoneinfo"), """
                Node 0, zone      DMA
                  pages free     %d
                        low      2
                        high     %d
                Node 0, zone   Normal
                  pages free     %d
                        low      20
                        high     %d
                """.formatted(dmaFree, dmaHigh, normalFree, normalHigh));
    }
}
