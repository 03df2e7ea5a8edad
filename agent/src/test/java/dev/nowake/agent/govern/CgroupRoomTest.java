package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupRoomTest {
    private static final long MIB = 1L << 20;
    private static final long MARGIN = CgroupRoom.MARGIN_BYTES;
    private static final String UNIT = "system.slice/nowake.service";

    @TempDir
    Path root;

    private long now;
    private CgroupRoom room;

    @BeforeEach
    void unified() throws IOException {
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
        put("proc/self/cgroup", "0::/" + UNIT + "\n");
        put("cg/cgroup.controllers", "memory\n");
        room = new CgroupRoom(root, () -> now);
    }

    @Test
    void withoutALimitThereIsRoomForAll() throws IOException {
        group(UNIT, "max", "max", 80 * MIB);
        assertThat(room.getAsLong()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theLeastRoomOverAllLevelsLessTheMargin() throws IOException {
        group(UNIT, "" + 800 * MIB, "" + 600 * MIB, 100 * MIB);
        group("system.slice", "" + 1000 * MIB, "max", 700 * MIB);
        assertThat(room.getAsLong()).isEqualTo(300 * MIB - MARGIN);
        group("system.slice", "max", "max", 700 * MIB);
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isEqualTo(500 * MIB - MARGIN);
    }

    @Test
    void whatIsChargedIsLookedAtEachTimeAndLimitsEverySecond() throws IOException {
        group(UNIT, "" + 500 * MIB, "max", 100 * MIB);
        assertThat(room.getAsLong()).isEqualTo(400 * MIB - MARGIN);
        group(UNIT, "" + 900 * MIB, "max", 300 * MIB);
        now += 50_000_000;
        assertThat(room.getAsLong()).isEqualTo(200 * MIB - MARGIN);
        now += 950_000_000;
        assertThat(room.getAsLong()).isEqualTo(600 * MIB - MARGIN);
        group(UNIT, "max", "max", 300 * MIB);
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void neverLessThanNothing() throws IOException {
        group(UNIT, "" + 100 * MIB, "max", 90 * MIB);
        assertThat(room.getAsLong()).isZero();
        group(UNIT, "" + 100 * MIB, "max", 200 * MIB);
        assertThat(room.getAsLong()).isZero();
        group(UNIT, "0", "max", 200 * MIB);
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isZero();
    }

    /** A process can be moved to another group and the old one deleted under it. */
    @Test
    void movedAndTheOldGroupDeleted() throws IOException {
        group(UNIT, "" + 500 * MIB, "max", 100 * MIB);
        assertThat(room.getAsLong()).isEqualTo(400 * MIB - MARGIN);
        delete(UNIT);
        group("other.slice", "" + 300 * MIB, "max", 50 * MIB);
        put("proc/self/cgroup", "0::/other.slice\n");
        assertThat(room.getAsLong()).isEqualTo(250 * MIB - MARGIN);
    }

    @Test
    void movedAndTheOldGroupThereStill() throws IOException {
        group(UNIT, "max", "max", 100 * MIB);
        assertThat(room.getAsLong()).isEqualTo(Long.MAX_VALUE);
        group("other.slice", "" + 300 * MIB, "max", 50 * MIB);
        put("proc/self/cgroup", "0::/other.slice\n");
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isEqualTo(250 * MIB - MARGIN);
    }

    @Test
    void deletedAndNothingInItsPlaceUntilThereIs() throws IOException {
        group(UNIT, "" + 500 * MIB, "max", 100 * MIB);
        assertThat(room.getAsLong()).isPositive();
        delete(UNIT);
        Files.delete(root.resolve("proc/self/cgroup"));
        assertThat(room.getAsLong()).isEqualTo(Long.MAX_VALUE);
        put("proc/self/cgroup", "0::/" + UNIT + "\n");
        group(UNIT, "" + 400 * MIB, "max", 100 * MIB);
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isEqualTo(300 * MIB - MARGIN);
    }

    @Test
    void aHierarchyMountedLaterIsFound() throws IOException {
        group(UNIT, "" + 500 * MIB, "max", 100 * MIB);
        put("proc/self/mountinfo", "\n");
        assertThat(room.getAsLong()).isEqualTo(Long.MAX_VALUE);
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
        now += 1_000_000_000;
        assertThat(room.getAsLong()).isEqualTo(400 * MIB - MARGIN);
    }

    @Test
    void aLimitWhoseUseCannotBeReadIsStillALimit() throws IOException {
        put("cg/" + UNIT + "/memory.max", 300 * MIB + "\n");
        assertThat(room.getAsLong()).isEqualTo(300 * MIB - MARGIN);
        assertThat(room.getAsLong()).isEqualTo(300 * MIB - MARGIN);
    }

    @Test
    void version1() throws IOException {
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup cgroup rw,memory\n");
        put("proc/self/cgroup", "4:memory:/" + UNIT + "\n0::/\n");
        put("cg/" + UNIT + "/memory.limit_in_bytes", 500 * MIB + "\n");
        put("cg/" + UNIT + "/memory.soft_limit_in_bytes", 50 * MIB + "\n");
        put("cg/" + UNIT + "/memory.usage_in_bytes", 100 * MIB + "\n");
        put("cg/memory.limit_in_bytes", "9223372036854771712\n");
        put("cg/memory.usage_in_bytes", 10000 * MIB + "\n");
        assertThat(room.getAsLong()).isEqualTo(400 * MIB - MARGIN);
    }

    @Test
    void nothingToReadIsNoLimit(@TempDir Path empty) {
        assertThat(new CgroupRoom(empty).getAsLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(new CgroupRoom(empty.resolve("nowhere")).getAsLong()).isEqualTo(Long.MAX_VALUE);
    }

    private void group(String path, String max, String high, long currentBytes) throws IOException {
        put("cg/" + path + "/memory.max", max + "\n");
        put("cg/" + path + "/memory.high", high + "\n");
        put("cg/" + path + "/memory.current", currentBytes + "\n");
    }

    private void delete(String path) throws IOException {
        for (String name : new String[] {"memory.max", "memory.high", "memory.current", ""}) {
            Files.delete(root.resolve("cg/" + path + "/" + name));
        }
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }
}
