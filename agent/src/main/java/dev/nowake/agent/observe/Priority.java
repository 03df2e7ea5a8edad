package dev.nowake.agent.observe;

/** How much a line is a person's business; syslog(3)'s words and numbers. */
public enum Priority {
    ERROR(3, "error"),
    WARNING(4, "warning"),
    NOTICE(5, "notice"),
    INFO(6, "info"),
    /** For whoever looks for the cause of something: in the journal alone. */
    DEBUG(7, "debug");

    private final int level;
    private final String label;

    Priority(int level, String label) {
        this.level = level;
        this.label = label;
    }

    /** Of {@code <N>} before a line that a service manager reads; see sd-daemon(3). */
    public int level() {
        return level;
    }

    public String label() {
        return label;
    }

    /** Of most lines of the kind. */
    static Priority of(LineKind kind) {
        return switch (kind) {
            case ERROR -> ERROR;
            case WARNING, FENCE, OVERFLOW, LOST -> WARNING;
            case START, STOP, RELOAD, SWITCH, LIFT, MOUNT, MIRROR, POLICY -> NOTICE;
            case BEGIN, DONE, SHORTAGE, DISK, LOG -> INFO;
            case OPEN, PLAN, OUTCOME, LOAD, ROOM, PAGES, SAMPLE, CLOSE, RELEASE, FORECAST, COMPACTION -> DEBUG;
        };
    }

    /** DEBUG for a kind this version does not know. */
    public static Priority of(JournalEntry entry) {
        LineKind kind = entry.lineKind();
        if (kind == null) {
            return DEBUG;
        }
        return switch (kind) {
            case POLICY -> ofPolicy(entry);
            case DISK -> entry.has("missingBytes") ? WARNING : INFO;
            case MIRROR -> ofMirror(entry);
            case RELOAD -> entry.has("errors") || entry.has("error") ? ERROR : NOTICE;
            default -> of(kind);
        };
    }

    private static Priority ofMirror(JournalEntry entry) {
        return switch (entry.text("event")) {
            case "open", "closed", "reachable" -> NOTICE;
            case "failed", "mismatch", "unsaved", "broken" -> ERROR;
            case "unreachable", "changed", "abandoned" -> WARNING;
            default -> INFO;
        };
    }

    private static Priority ofPolicy(JournalEntry entry) {
        if (entry.has("failure") || entry.text("event").equals("broken")) {
            return WARNING;
        }
        return entry.text("event").equals("disabled") ? ERROR : NOTICE;
    }
}
