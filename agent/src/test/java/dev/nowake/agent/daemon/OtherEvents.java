package dev.nowake.agent.daemon;

import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.fake.ForwardingKernel;

/** The real kernel, except for its events. */
final class OtherEvents extends ForwardingKernel {
    private final FileEvents events;

    OtherEvents(Kernel real, FileEvents events) {
        super(real);
        this.events = events;
    }

    @Override
    public FileEvents fileEvents() {
        return events;
    }
}
