package dev.nowake.agent.cli;

/** Exit codes of every verb; scripts rely on them. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;

    /** Something was done and something was not; the result says what. */
    public static final int PARTLY_DONE = 3;

    public static final int NOT_PERMITTED = 4;

    /** This kernel, filesystem or binding cannot do it. */
    public static final int NOT_SUPPORTED = 5;

    private ExitCode() {}
}
