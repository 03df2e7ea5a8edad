package dev.nowake.agent.execute;

/**
 * What the budget let through for one chunk, before anybody knew which.
 *
 * @param placement where the bytes were acquired; the chunk's own may be another by a hair's breadth, when files change
 * @param singlePages no large folios are to be asked for
 */
record Grant(Placement placement, boolean singlePages) {
    /** Of a chunk nobody has acquired bytes for yet. */
    static final Grant NONE = new Grant(Placement.ANYWHERE, false);
}
