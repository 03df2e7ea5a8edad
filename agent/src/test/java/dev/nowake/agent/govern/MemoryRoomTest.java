package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
    void freeMemoryAboveTheWatermarksOfAllZonesLessTheMargin() throws IOException {
        freeBytes(4L << 30);
        watermarks(1000, 2000);
        assertThat(room.getAsLong()).isEqualTo((4L << 30) - 3000 * 4096 - MARGIN_BYTES);
    }

    @Test
    void freeMemoryIsLookedAtEachTimeAndWatermarksAgainAfterAWhile() throws IOException {
        freeBytes(4L << 30);
        watermarks(1000, 2000);
        long before = room.getAsLong();
        freeBytes(3L << 30);
        assertThat(room.getAsLong()).isEqualTo(before - (1L << 30));
        watermarks(3000, 2000);
        await().until(() -> room.getAsLong() == before - (1L << 30) - 2000 * 4096);
    }

    @Test
    void neverLessThanNothing() throws IOException {
        freeBytes(100L << 20);
        watermarks(1000, 2000);
        assertThat(room.getAsLong()).isZero();
    }

    @Test
    void withoutOneOfTheFilesThereIsNoRoom() throws IOException {
        assertThat(room.getAsLong()).isZero();
        freeBytes(4L << 30);
        assertThat(new MemoryRoom(root).getAsLong()).isZero();
        Files.delete(root.resolve("proc/meminfo"));
        watermarks(1000, 2000);
        assertThat(new MemoryRoom(root).getAsLong()).isZero();
    }

    private void freeBytes(long bytes) throws IOException {
        Files.writeString(root.resolve("proc/meminfo"), "MemTotal: 99999999 kB\nMemFree: " + bytes / 1024 + " kB\n");
    }

    private void watermarks(long dmaHighPages, long normalHighPages) throws IOException {
        Files.writeString(root.resolve("proc/zoneinfo"), """
                Node 0, zone      DMA
                  pages free     5000
                        low      2
                        high     %d
                Node 0, zone   Normal
                  pages free     900000
                        low      20
                        high     %d
                """.formatted(dmaHighPages, normalHighPages));
    }
}
