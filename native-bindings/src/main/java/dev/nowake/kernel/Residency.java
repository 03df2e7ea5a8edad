package dev.nowake.kernel;

/**
 * How much of a range is in page cache. Looking does not change it.
 *
 * @param residentBytes -1 where it is unknown (not the owner and no write permission, or overlayfs without mincore)
 * @param dirtyBytes 0 where only mincore could be asked
 */
public record Residency(long residentBytes, long dirtyBytes, long writebackBytes, Source source) {
    public static final Residency UNKNOWN = new Residency(-1, 0, 0, Source.UNKNOWN);

    /** Who answered. */
    public enum Source {
        CACHESTAT,
        MINCORE,
        UNKNOWN
    }

    public boolean isKnown() {
        return source != Source.UNKNOWN;
    }
}
