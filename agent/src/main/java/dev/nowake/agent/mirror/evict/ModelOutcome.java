package dev.nowake.agent.mirror.evict;

/**
 * What came of one model's eviction.
 *
 * @param freedBytes blocks given back; also where it stayed in part
 * @param stayed why not all of it went; null where it did
 * @param detail more of that for people; empty for nothing
 */
record ModelOutcome(MirroredModel model, long freedBytes, Stayed stayed, String detail) {
    /** Why a model is still on the disk. */
    enum Stayed {
        OPEN("open"),
        LOADING("being loaded"),
        KEPT("kept"),
        FAILED("failed");

        private final String label;

        Stayed(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    static ModelOutcome gone(MirroredModel model, long freedBytes) {
        return new ModelOutcome(model, freedBytes, null, "");
    }

    static ModelOutcome left(MirroredModel model, Stayed why) {
        return new ModelOutcome(model, 0, why, "");
    }

    boolean isGone() {
        return stayed == null;
    }

    /** One line, without the model's name. */
    String why() {
        return stayed == null ? "" : stayed.label() + (detail.isEmpty() ? "" : ": " + detail);
    }
}
