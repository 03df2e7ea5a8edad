package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FuseServers;
import java.util.List;

/** Object stores mounted without a cache on a local disk, as far as the server's command line tells. */
final class ObjectStoreAdvice {
    private ObjectStoreAdvice() {}

    static void find(MountLook look, List<Finding> found) {
        if (look.kind() != FsKind.FUSE) {
            return;
        }
        for (FuseServers.Server server : look.servers()) {
            ServerOptions options = new ServerOptions(server.arguments());
            ObjectStore store = ObjectStore.of(options).orElse(null);
            if (store != null) {
                if (store.cache(options) == ObjectStore.Cache.NONE) {
                    found.add(finding(look, store));
                }
                return; // others that have the connection open only started it
            }
        }
    }

    private static Finding finding(MountLook look, ObjectStore store) {
        return new Finding(
                FindingId.OBJECT_STORE_CACHE,
                look.mount().mountPoint(),
                store.label() + " without " + store.lacking(),
                "it keeps nothing on a local disk: what was released, or reclaimed, is fetched from the object store again at "
                        + "the next load, and paid for where requests are",
                Remount.server(store.cure()));
    }
}
