package dev.nowake.agent.observe;

/** What a line of the journal is about. The label is the one in {@code kind}; {@code docs/journal.md} lists each one's fields. */
public enum LineKind {
    START("start", "the daemon has marked every folder it could"),
    STOP("stop", "the daemon was asked to stop, and does"),
    RELOAD("reload", "the configuration was read again, or was refused"),
    SWITCH("switch", "somebody paused, disabled or resumed what the daemon does, or part of it"),
    BEGIN("begin", "a load begins"),
    OPEN("open", "a shard of a load was opened"),
    PLAN("plan", "what a policy wants done, after the guard"),
    OUTCOME("outcome", "what came of a load's prefetch on one filesystem"),
    LOAD("load", "something was learned about a load"),
    ROOM("room", "room was made for a load, or would be"),
    SHORTAGE("shortage", "a load's prefetch waits for memory; once for each reason"),
    PAGES("pages", "a load's pages begin to be fetched one by one, or no longer are"),
    SAMPLE("sample", "what a load looked like at one moment"),
    CLOSE("close", "nobody has a shard open or mapped any more"),
    RELEASE("release", "pages were dropped because nobody needs them any more"),
    FORECAST("forecast", "what enforce mode would have done for a load"),
    DONE("done", "a load is over: its figures"),
    DISK("disk", "models were evicted from a mirror's disk, or room there could not be made"),
    COMPACTION("compaction", "free memory was brought together in large blocks"),
    FENCE("fence", "a mount returns nothing and is asked for nothing more"),
    LIFT("lift", "a fenced mount returns again"),
    MIRROR("mirror", "something happened to a mirror"),
    MOUNT("mount", "something was learned about a mount"),
    OVERFLOW("overflow", "the kernel lost events; everything is looked at again"),
    POLICY("policy", "a policy failed, was loaded, disabled, enabled or removed"),
    LOG("log", "a line that a policy logged"),
    WARNING("warning", "something the daemon cannot do here, and what it does instead"),
    ERROR("error", "something failed"),
    LOST("lost", "lines that could not be written, or were dropped because the disk was slow");

    private final String label;
    private final String help;

    LineKind(String label, String help) {
        this.label = label;
        this.help = help;
    }

    public String label() {
        return label;
    }

    public String help() {
        return help;
    }

    /** Null for a word that is no kind. */
    public static LineKind of(String label) {
        for (LineKind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        return null;
    }
}
