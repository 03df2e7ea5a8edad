package dev.nowake.agent.observe;

import java.util.Locale;

/**
 * Everything the daemon counts. The label is the name in {@code status}, and the metric's is made of it; all count up from the
 * start.
 */
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
    PREFETCH_WASTED_BYTES(
            "prefetchWastedBytes", "bytes prefetched that no reader had touched when their load was over"),
    PREFETCH_UNJUDGED_BYTES(
            "prefetchUnjudgedBytes", "bytes prefetched of which nothing tells whether a reader touched them"),
    PREFETCH_ERRORS("prefetchErrors", "prefetch calls that failed"),
    ROOM_RECLAIMED_BYTES(
            "roomReclaimedBytes", "bytes of the host's coldest page cache reclaimed to make room for loads"),
    MISPLACED_MOVED(
            "misplacedMovedBytes", "bytes resident on another node than wanted that were dropped, to be read again"),
    MISPLACED_STAYED(
            "misplacedStayedBytes", "bytes on another node than wanted that stayed: mapped, not written back, or busy"),
    EVICTED_BYTES("evictedBytes", "bytes dropped from page cache"),
    EVICT_REFUSED_MAPPED(
            "evictRefusedMappedBytes", "bytes that stayed because somebody maps them", CounterFamily.REFUSED, "mapped"),
    EVICT_REFUSED_DIRTY(
            "evictRefusedDirtyBytes",
            "bytes that stayed because they are not written back",
            CounterFamily.REFUSED,
            "dirty"),
    EVICT_REFUSED_BUSY("evictRefusedBusyBytes", "bytes that stayed for another reason", CounterFamily.REFUSED, "busy"),
    COMPACTIONS("compactions", "times free memory was brought together in large blocks"),
    COMPACTED_BYTES("compactedBytes", "free bytes that lay in blocks of 2 MiB after that and not before"),
    GUARD_REFUSED("guardRefusedSteps", "steps outside a model or a file"),
    POLICY_ERRORS("policyErrors", "policy calls that failed, for any reason"),
    POLICY_THROWN("policyThrown", "policy calls that threw", CounterFamily.POLICY_FAILURES, "thrown"),
    POLICY_TIMEOUTS(
            "policyTimeouts", "policy calls that took longer than they may", CounterFamily.POLICY_FAILURES, "timeout"),
    POLICY_LIMITS(
            "policyLimits",
            "policy calls that used more statements or memory than they may, or asked for too much",
            CounterFamily.POLICY_FAILURES,
            "limit"),
    POLICY_BAD_RESULTS(
            "policyBadResults",
            "policy calls that returned what is no plan",
            CounterFamily.POLICY_FAILURES,
            "bad_result"),
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
    HANDOVER_FAILED("handoverFailed", "times the loads under way could not be written down for the next daemon"),
    JOURNAL_DROPPED("journalDropped", "journal lines lost because the disk was slow or full");

    private final String label;
    private final String help;
    private final CounterFamily family;
    private final String kind;

    Counter(String label, String help) {
        this(label, help, null, null);
    }

    /** One of several that are told as one metric; {@code kind}: which of them, a word for its label. */
    Counter(String label, String help, CounterFamily family, String kind) {
        this.label = label;
        this.help = help;
        this.family = family;
        this.kind = kind;
    }

    public String label() {
        return label;
    }

    public String help() {
        return help;
    }

    /** What it is told as a part of; null for one that is a metric by itself. */
    public CounterFamily family() {
        return family;
    }

    /** Which of its family's it is; null for one that has none. */
    public String kind() {
        return kind;
    }

    /** Its metric's name without prefix and {@code _total}: the label's words, or its family's name. */
    public String metric() {
        return family == null ? label.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT) : family.metric();
    }
}
