package dev.nowake.agent.observe;

/** A load that is over, in one sentence: what it read, how fast, and what nowake did for it or would have done. */
final class LoadSentence {
    private LoadSentence() {}

    /**
     * {@code loaded 131 GiB in 41.2 s (3.19 GB/s), 98 % prefetched; released 131 GiB}. What readers read is what they were last seen to have,
     * which may be less than all.
     */
    static String of(JournalEntry done) {
        long opened = Math.max(0, done.number("openedBytes", 0));
        long read = done.number("readBytes", 0);
        double seconds = done.decimal("seconds");
        boolean partly = read > 0 && read < opened / 2;
        long moved = partly ? read : opened;
        StringBuilder text = new StringBuilder(partly ? "read at least " : "loaded ").append(Amounts.bytes(moved));
        if (partly) {
            text.append(" of ").append(Amounts.bytes(opened));
        }
        if (seconds >= 0.005) {
            text.append(" in ").append(Amounts.seconds(seconds));
        }
        if (seconds >= 0.005) {
            text.append(partly ? " (at least " : " (")
                    .append(Amounts.digits(moved / seconds / 1e9))
                    .append(" GB/s)");
        }
        return text.append(worth(done, opened)).toString();
    }

    private static String worth(JournalEntry done, long opened) {
        if (done.has("wouldReleaseBytes")) {
            return "; would have prefetched " + Amounts.bytes(Math.max(0, done.number("wouldPrefetchBytes", 0)))
                    + " and released " + Amounts.bytes(Math.max(0, done.number("wouldReleaseBytes", 0)));
        }
        long before = Math.clamp(done.number("residentBeforeBytes", 0), 0, opened);
        long absent = opened - before;
        long prefetched = Math.clamp(done.number("prefetchedBytes", 0), 0, absent);
        String there = before > 0 ? ", " + Amounts.percent(before, opened) + " % was resident before" : "";
        String share = absent > 0 ? ", " + Amounts.percent(prefetched, absent) + " % prefetched" : "";
        String given =
                done.fields().path("abandoned").asBoolean(false) ? "; somebody came back while it was released" : "";
        return there + share + "; released " + Amounts.bytes(Math.max(0, done.number("evictedBytes", 0))) + given;
    }
}
