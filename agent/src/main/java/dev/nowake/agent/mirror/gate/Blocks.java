package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;

/**
 * Gives incomplete files their blocks. A program that copies takes a file with fewer blocks than bytes for one with holes,
 * asks the filesystem where they are, which raises no event, and leaves them out.
 */
@FunctionalInterface
public interface Blocks {
    /**
     * Before the file is opened; may wait for the local disk.
     *
     * @throws FillFailure it stays without, and must not be opened
     */
    void give(Twin twin) throws FillFailure;
}
