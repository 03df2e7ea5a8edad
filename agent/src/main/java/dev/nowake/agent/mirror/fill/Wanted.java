package dev.nowake.agent.mirror.fill;

/** Somebody's pieces of a file that nobody fetches yet. */
interface Wanted {
    /** The lowest one from here on; -1 where there is none. */
    int next(int from);
}
