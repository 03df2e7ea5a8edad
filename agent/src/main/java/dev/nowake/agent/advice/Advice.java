package dev.nowake.agent.advice;

import java.util.ArrayList;
import java.util.List;

/** From what is known of mounts to what could be better. Looks at nothing by itself; what is unknown is no finding. */
public final class Advice {
    private Advice() {}

    /** Of each mount in turn, then of the host. */
    public static List<Finding> of(List<MountLook> looks, HostFacts host) {
        List<Finding> found = new ArrayList<>();
        for (MountLook look : looks) {
            if (!PageCacheAdvice.find(look, found)) {
                ReadAheadAdvice.find(look, found);
                LocalCacheAdvice.find(look, host, found);
            }
            RequestAdvice.find(look, found);
            FuseAdvice.find(look, host, found);
            ObjectStoreAdvice.find(look, found);
        }
        HostAdvice.find(host, found);
        return List.copyOf(found);
    }
}
