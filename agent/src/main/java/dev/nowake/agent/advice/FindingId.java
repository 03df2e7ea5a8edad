package dev.nowake.agent.advice;

/** What may be found; docs/mounts.md has a section on each. Scripts rely on the labels. */
public enum FindingId {
    READ_AHEAD("read-ahead"),
    REQUEST_SIZE("request-size"),
    ONE_CONNECTION("one-connection"),
    NO_LOCAL_CACHE("no-local-cache"),
    LOCAL_CACHE_OFF("local-cache-off"),
    NO_PAGE_CACHE("no-page-cache"),
    FUSE_BACKGROUND("fuse-background"),
    FUSE_SYNC_READ("fuse-sync-read"),
    FUSE_PRIVATE("fuse-private"),
    PAGES_DROPPED_AT_OPEN("pages-dropped-at-open"),
    OBJECT_STORE_CACHE("object-store-cache"),
    MGLRU("mglru");

    private final String label;

    FindingId(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
