package dev.nowake.agent.mirror.evict;

import java.time.Duration;

/** Room on a mirror's disk, for whoever is about to write there. Any thread but the mirror's own. */
@FunctionalInterface
public interface Room {
    /** Where there is always enough, and nobody's business if not. */
    Room ENDLESS = (bytes, patience) -> new Made(0, 0, "");

    /**
     * What has come of it.
     *
     * @param freedBytes evicted for this
     * @param missingBytes 0 where there is room now
     * @param why there is none, one line for people; empty where there is
     */
    record Made(long freedBytes, long missingBytes, String why) {
        public boolean isEnough() {
            return missingBytes == 0;
        }
    }

    /**
     * Makes room for so many bytes beyond what the mirror's files take now, within the mirror's budget and the disk's
     * reserve; evicts models for it, where the mirror's policy says which. One at a time: others wait. To be asked before
     * blocks are allocated, and when that fails with ENOSPC; who is told that there is room takes it at once, because nothing
     * is held back for him.
     *
     * @param patience how long to wait at most; what is under way then goes on
     */
    Made make(long bytes, Duration patience) throws InterruptedException;
}
