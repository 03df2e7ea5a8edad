package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.mirror.fill.FillFigures;
import dev.nowake.agent.mirror.gate.GateFigures;
import dev.nowake.agent.mirror.store.Stored;

/**
 * How a mirror stands.
 *
 * @param bytesPerSecond how fast bytes came from the remote in the last seconds
 * @param hearsOpens false since a watch has closed the gate that looks at opens
 * @param waitsFor what of a file a reader of missing bytes waits for: {@code range} or {@code file}
 */
public record MirrorFigures(
        Stored stored,
        FillFigures filling,
        long bytesPerSecond,
        GateFigures gate,
        boolean hearsOpens,
        String waitsFor) {}
