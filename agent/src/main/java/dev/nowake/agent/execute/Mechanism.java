package dev.nowake.agent.execute;

/** The kernel call that brings a chunk in. It decides the folio size as well as the speed. */
public enum Mechanism {
    /** MADV_POPULATE_READ over a short-lived mapping: large folios, nothing copied. */
    POPULATE("populate"),
    /** sendfile(2) to /dev/null: large folios, on every kernel. */
    SENDFILE("sendfile"),
    /** Many small readahead(2) in flight from few threads: order-0 pages, nothing copied. */
    READAHEAD("readahead"),
    /** pread(2) on many threads: copies, works wherever reading does. */
    READ_THROUGH("read");

    private final String label;

    Mechanism(String label) {
        this.label = label;
    }

    /** The name in JSON and in the journal. */
    public String label() {
        return label;
    }

    /** Whether a chunk's call returns before its bytes are there. */
    boolean isAsynchronous() {
        return this == READAHEAD;
    }
}
