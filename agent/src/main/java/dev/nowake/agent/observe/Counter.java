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
    ROOM_RECLAIMED_BYTES(
            "roomReclaimedBytes", "bytes of the host's coldest page cache reclaimed to make room for loads"),
    MISPLACED_MOVED(
            "misplacedMovedBytes", "bytes resident on another node than wanted that were dropped, to be read again"),
    MISPLACED_STAYED(
            "misplacedStayedBytes", "bytes on another node than wanted that stayed: mapped, not written back, or busy"),
    EVICTED_BYTES("evictedBytes", "bytes dropped from page cache"),
    EVICT_REFUSED_MAPPED("evictRefusedMappedBytes", "bytes that stayed because somebody maps them"),
    EVICT_REFUSED_DIRTY("evictRefusedDirtyBytes", "bytes that stayed because they are not written back"),
    EVICT_REFUSED_BUSY("evictRefusedBusyBytes", "bytes that stayed for another reason"),
    COMPACTIONS("compactions", "times free memory was brought together in large blocks"),
    COMPACTED_BYTES("compactedBytes", "free bytes that lay in blocks of 2 MiB after that and not before"),
    GUARD_REFUSED("guardRefusedSteps", "steps outside a model or a file"),
    POLICY_ERRORS("policyErrors", "policy calls that failed, for any reason"),
    POLICY_THROWN("policyThrown", "policy calls that threw"),
    POLICY_TIMEOUTS("policyTimeouts", "policy calls that took longer than they may"),
    POLICY_LIMITS(
            "policyLimits", "policy calls that used more statements or memory than they may, or asked for too much"),
    POLICY_BAD_RESULTS("policyBadResults", "policy calls that returned what is no plan"),
    POLICY_INVALID("policyInvalid", "policy files that could not be loaded"),
    POLICY_FALLBACKS("policyFallbacks", "calls that a rule's fallback was asked instead"),
    POLICY_QUEUE_FULL("policyQueueFull", "policy calls not made because the policy was too busy"),
    POLICY_REPLACED("policyReplaced", "policy calls not made because a newer one asked the same"),
    POLICIES_DISABLED("policiesDisabled", "times a policy was disabled"),
    POLICIES_ABANDONED("policiesAbandoned", "policy threads given up because their call did not end"),
    POLICIES_LOADED("policiesLoaded", "policies loaded or reloaded from files"),
    POLICY_LINES_DROPPED("policyLinesDropped", "lines of policies' logs not written because there were too many"),
    MOUNTS_FENCED("mountsFenced", "times a mount returned nothing and was asked for nothing more"),
    FENCES_LIFTED("fencesLifted", "times a fenced mount returned something"),
    MISSES("misses", "looks that found a reader at bytes nobody had asked for"),
    WENT_BACK("wentBack", "files no more dropped behind their readers because one of them went back"),
    PAGE_OUT_SHARED("pageOutShared", "evictions that left mapped pages because several processes map them"),
    REWRITTEN("rewritten", "files that were written in place while somebody read them"),
    PRESSURE_SEEN("pressureSeen", "looks that found the host short of memory"),
    PROC_SCANS("procScans", "scans of /proc for readers"),
    RELOADS("reloads", "times the configuration was read again and followed"),
    RELOADS_FAILED("reloadsFailed", "times it was wrong, and the one in force stayed"),
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
