package dev.nowake.agent.report;

/**
 * Something that happened to a load, for the time line.
 *
 * @param seconds since the load began
 * @param kind the journal's word for it
 * @param title a few words
 * @param text all of it
 */
record Mark(double seconds, Family family, String kind, String title, String text) {
    /** What a mark is about: each has a shape and a colour of its own. */
    enum Family {
        READER("opened, closed"),
        DECISION("decided"),
        RESULT("came of it"),
        TROUBLE("in the way");

        private final String label;

        Family(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
