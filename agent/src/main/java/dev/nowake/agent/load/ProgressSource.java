package dev.nowake.agent.load;

/** By what it is known which bytes a reader has touched. */
public enum ProgressSource {
    /** The pages of its mappings it has in its page tables. */
    PAGE_TABLE("page table"),
    /** Where its descriptors stand: everything it passed with read(2). */
    POSITION("position"),
    /** The kernel's events about page cache: the one way to see pread(2). */
    TRACEPOINTS("tracepoints"),
    /** Pages that appeared although nobody here asked for them: what it missed. */
    RESIDENCY("residency"),
    /** It has not been seen to touch anything. */
    UNKNOWN("unknown");

    private final String label;

    ProgressSource(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
