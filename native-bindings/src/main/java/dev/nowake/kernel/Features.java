package dev.nowake.kernel;

import java.util.EnumMap;
import java.util.Map;

/**
 * What the running kernel can do, each tried once at start; version numbers are never compared. A missing feature has a
 * name, a reason and a fallback.
 */
public final class Features {
    /** One capability nowake has a fallback for. */
    public enum Feature {
        FANOTIFY("sees opens and closes", "the daemon cannot run; verbs still work"),
        FANOTIFY_NAMES(
                "sees opens on FUSE and new folders without opening anything", "new folders are found by rescans"),
        CACHESTAT("residency of a range in microseconds", "mincore"),
        POPULATE_READ("large folios, synchronously", "sendfile"),
        PREADV2_NOWAIT("could read only what is resident", "nothing: headers are read plainly and dropped again"),
        PREADV2_DONTCACHE("could read and drop behind itself", "nothing: headers are read plainly and dropped again"),
        PROCESS_MADVISE("evicts pages a lone reader still maps", "they stay until unmapped"),
        PAGEMAP_SCAN(
                "tells what a reader has mapped by what is mapped", "pagemap, which costs by the size of the mapping"),
        PIDFD("knows a process by descriptor", "by pid and start time"),
        OPEN_PERMISSION(
                "holds an open of a mirrored file back until the file is there",
                "a mirror must be filled by 'nowake stage'"),
        PRE_ACCESS(
                "holds a read of a mirrored file back until that range is there",
                "an open of a mirrored file waits for all of it"),
        LEASES("knows at once whether a file is still in use", "/proc scan"),
        MEMORY_POLICY("steers page cache to a NUMA node", "pages land where the reader runs"),
        NODE_RECLAIM(
                "makes room from a node's coldest page cache, where a rule asks for it",
                "room comes from free memory and models' leftovers alone"),
        COMPACTION(
                "brings free memory together in 2 MiB blocks, where a policy asks for it",
                "blocks stay as scattered as they are");

        private final String gives;
        private final String fallback;

        Feature(String gives, String fallback) {
            this.gives = gives;
            this.fallback = fallback;
        }

        public String gives() {
            return gives;
        }

        public String fallback() {
            return fallback;
        }
    }

    private final Map<Feature, String> missing;

    /** {@code missing}: each absent feature with the errno or reason seen. */
    public Features(Map<Feature, String> missing) {
        this.missing = missing.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(missing));
    }

    public boolean has(Feature feature) {
        return !missing.containsKey(feature);
    }

    /** Why it is absent; null where it is there. */
    public String whyMissing(Feature feature) {
        return missing.get(feature);
    }
}
