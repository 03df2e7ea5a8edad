package dev.nowake.agent.mirror.fill;

/** The closing of a file's descriptors, which waits for a remote that hangs as every call does. */
final class Closing extends Work {
    private final OpenEnds ends;

    Closing(OpenEnds ends, FillSettings settings, long nowNanos) {
        super(settings, nowNanos);
        this.ends = ends;
    }

    OpenEnds ends() {
        return ends;
    }
}
