package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Whether CPU and accelerator share one memory. No kernel file says so: told from the machine's name where it is one of
 * those that do, and from a GPU whose own memory is small beside what it borrows.
 */
public final class UnifiedMemory {
    /** Words in the firmware's product names (DMI or device tree) of machines whose GPU has no memory of its own. */
    private static final Set<String> SHARED = Set.of("dgx spark", "gb10", "jetson", "grace hopper", "gh200", "gb200");

    /** A GPU that borrows more than this many times its own memory lives on the host's (a discrete one borrows half of it). */
    private static final long BORROWED_TIMES = 8;

    private static final int CARDS = 16;

    private UnifiedMemory() {}

    public static boolean isShared(Path root) {
        String names = ProcFile.text(root.resolve("sys/class/dmi/id/product_name"))
                + ProcFile.text(root.resolve("sys/class/dmi/id/product_family"))
                + ProcFile.text(root.resolve("proc/device-tree/model"));
        String lower = names.toLowerCase(Locale.ROOT);
        return SHARED.stream().anyMatch(lower::contains) || anyCardBorrows(root);
    }

    /** amdgpu tells both sizes; an APU without a carve-out has half a GiB of its own and borrows half of the host's. */
    private static boolean anyCardBorrows(Path root) {
        for (int card = 0; card < CARDS; card++) {
            Path device = root.resolve("sys/class/drm/card" + card + "/device");
            long own = bytes(device.resolve("mem_info_vram_total"));
            long borrowed = bytes(device.resolve("mem_info_gtt_total"));
            if (own > 0 && borrowed / BORROWED_TIMES >= own) {
                return true;
            }
        }
        return false;
    }

    private static long bytes(Path file) {
        return ProcFile.number(ProcFile.text(file).strip());
    }
}
