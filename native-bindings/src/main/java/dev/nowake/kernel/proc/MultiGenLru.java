package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The multi-generational LRU (Documentation/admin-guide/mm/multigen_lru.rst), which orders reclaim otherwise. */
public final class MultiGenLru {
    private MultiGenLru() {}

    /** The switches that are on, a bit each; 0 for none. Empty where the kernel has none, or it cannot be read. */
    public static Optional<Long> switches(Path root) {
        String text = ProcFile.text(root.resolve("sys/kernel/mm/lru_gen/enabled"))
                .strip()
                .toLowerCase(Locale.ROOT);
        long value = ProcFile.number(text.startsWith("0x") ? text.substring(2) : text, 16);
        return value < 0 ? Optional.empty() : Optional.of(value);
    }
}
