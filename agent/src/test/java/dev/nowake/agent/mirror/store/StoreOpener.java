package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.Path;

/** Another daemon, as far as a store is concerned: opens it, and says how that went. */
final class StoreOpener {
    private StoreOpener() {}

    public static void main(String[] arguments) throws Exception {
        try {
            new StoreRig(Path.of(arguments[0])).open();
            System.out.println("opened");
        } catch (IOException refused) {
            System.out.println(refused.getMessage());
        }
        Thread.sleep(10_000);
    }
}
