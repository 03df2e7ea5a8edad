package dev.nowake.agent.mirror.fill;

/** The room of the local disk and of the mirror's budget. */
public interface Room {
    /**
     * Sees to it that so many more bytes can be written, by evicting where that is needed and allowed. May take its time; any
     * thread, none that holds a lock of the filler.
     *
     * @return whether there is room for them now
     */
    boolean make(long bytes);
}
