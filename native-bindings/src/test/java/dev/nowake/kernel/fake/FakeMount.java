package dev.nowake.kernel.fake;

import java.nio.file.Path;

/**
 * A filesystem and how it behaves.
 *
 * @param readAheadBytes what readahead and its kin are cut to, without a word
 * @param folioOrder largest folio that reads, sendfile and populate make: 9 is 2 MiB; 0 on btrfs and FUSE
 * @param keepsPagesAcrossOpens false for FUSE without keep_cache: each open drops the file's pages, mapped ones too
 * @param leases F_SETLEASE works
 * @param dontCache RWF_DONTCACHE works
 */
public record FakeMount(
        Path mountPoint,
        long device,
        String fsType,
        long readAheadBytes,
        int folioOrder,
        boolean keepsPagesAcrossOpens,
        boolean leases,
        boolean dontCache) {
    public static FakeMount ext4(String mountPoint, long device) {
        return new FakeMount(Path.of(mountPoint), device, "ext4", 8L << 20, 9, true, true, true);
    }

    /** A passthrough that does not set keep_cache, as libfuse's default is. */
    public static FakeMount fuse(String mountPoint, long device) {
        return new FakeMount(Path.of(mountPoint), device, "fuse", 128L << 10, 0, false, true, false);
    }

    public FakeMount withReadAheadBytes(long bytes) {
        return new FakeMount(mountPoint, device, fsType, bytes, folioOrder, keepsPagesAcrossOpens, leases, dontCache);
    }

    public FakeMount withFolioOrder(int order) {
        return new FakeMount(
                mountPoint, device, fsType, readAheadBytes, order, keepsPagesAcrossOpens, leases, dontCache);
    }

    public FakeMount withKeepCache(boolean keeps) {
        return new FakeMount(mountPoint, device, fsType, readAheadBytes, folioOrder, keeps, leases, dontCache);
    }

    public FakeMount withLeases(boolean works) {
        return new FakeMount(
                mountPoint, device, fsType, readAheadBytes, folioOrder, keepsPagesAcrossOpens, works, dontCache);
    }

    boolean isFuse() {
        return fsType.startsWith("fuse");
    }
}
