package dev.nowake.agent.mirror.store;

/** What a look at one remote file has shown. */
public enum Sight {
    SAME,
    /** It is another file, or was written to. A fresh twin has the name now. */
    CHANGED,
    GONE,
    /** The remote did not answer, or not in time. */
    UNREACHABLE
}
