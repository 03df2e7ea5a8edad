package dev.nowake.agent.observe;

/** Everything the daemon counts. The name is the one in {@code status}; all count up from the start. */
public enum Counter {
    EVENTS("events", "fanotify events taken from a queue"),
    EVENTS_COALESCED("eventsCoalesced", "events that said nothing new"),
    OVERFLOWS("overflows", "queues that lost events, each followed by a rescan"),
    OPENS("opens", "first opens of a shard in a load"),
    LOADS("loads", "loads begun"),
    LOADS_DONE("loadsDone", "loads ended and released"),
    PLANNED_BYTES("plannedBytes", "bytes policies asked to prefetch, after the guard"),
    PREFETCHED_BYTES("prefetchedBytes", "bytes prefetched that landed"),
    PREFETCH_REQUESTED_BYTES("prefetchRequestedBytes", "bytes asked of storage"),
    PREFETCH_ERRORS("prefetchErrors", "prefetch calls that failed"),
    EVICTED_BYTES("evictedBytes", "bytes dropped from page cache"),
    EVICT_REFUSED_MAPPED("evictRefusedMappedBytes", "bytes that stayed because somebody maps them"),
    EVICT_REFUSED_DIRTY("evictRefusedDirtyBytes", "bytes that stayed because they are not written back"),
    EVICT_REFUSED_BUSY("evictRefusedBusyBytes", "bytes that stayed for another reason"),
    GUARD_REFUSED("guardRefusedSteps", "steps outside a model or a file"),
    POLICY_ERRORS("policyErrors", "policy calls that threw"),
    MISSES("misses", "looks that found a reader at bytes nobody had asked for"),
    PRESSURE_SEEN("pressureSeen", "looks that found the host short of memory"),
    PROC_SCANS("procScans", "scans of /proc for readers"),
    ERRORS("errors", "anything else that failed; the journal says what"),
    JOURNAL_DROPPED("journalDropped", "journal lines lost because the disk was slow or full");

    private final String label;
    private final String help;

    Counter(String label, String help) {
        this.label = label;
        this.help = help;
    }

    public String label() {
        return label;
    }

    public String help() {
        return help;
    }
}
