package dev.nowake.agent.decide;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Notices changes in the policy folders and has them loaded, on a thread of its own. The kernel tells of most at once; what
 * it does not tell of (a folder that came late, a file that a link leads to, a network filesystem) is seen every two
 * seconds.
 */
final class PolicyWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 2000;

    /** Editors and cp(1) write a file in several steps; one that has not changed for so long is whole. */
    private static final long SETTLE_MILLIS = 100;

    /** A file that is written to all the time is taken as it is after so many looks. */
    private static final int MAX_SETTLE_LOOKS = 20;

    private final PolicyFolders folders;
    private final PolicyRegistry registry;
    private final WatchService service;
    private final Map<Path, WatchKey> keys = new HashMap<>();
    private final Thread thread;

    PolicyWatch(PolicyFolders folders, PolicyRegistry registry) {
        this.folders = folders;
        this.registry = registry;
        this.service = open();
        listen();
        this.thread = Thread.ofPlatform().name("nowake-policies").daemon().start(this::watch);
    }

    /** Null on a host that has no watches left (fs.inotify.max_user_instances). */
    private static WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException none) {
            return null;
        }
    }

    private void watch() {
        try {
            while (true) {
                await();
                listen();
                settle();
            }
        } catch (InterruptedException | java.nio.file.ClosedWatchServiceException stop) {
            return;
        }
    }

    private void await() throws InterruptedException {
        if (service == null) {
            Thread.sleep(LOOK_MILLIS);
            return;
        }
        WatchKey key = service.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            key = service.poll();
        }
    }

    /** Asks to be told of folders that came since. */
    private void listen() {
        for (Path folder : folders.all()) {
            WatchKey known = keys.get(folder);
            if (service == null || known != null && known.isValid()) {
                continue;
            }
            try {
                keys.put(
                        folder,
                        folder.register(
                                service,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE));
            } catch (IOException absent) {
                keys.remove(folder);
            }
        }
    }

    private void settle() throws InterruptedException {
        Map<Path, PolicyFolders.Stamp> seen = folders.look();
        for (int looks = 0; !registry.hasLoaded(seen); looks++) {
            Thread.sleep(SETTLE_MILLIS);
            Map<Path, PolicyFolders.Stamp> now = folders.look();
            if (now.equals(seen) || looks >= MAX_SETTLE_LOOKS) {
                registry.load(now);
                return;
            }
            seen = now;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException gone) {
            return; // it ends with the process
        }
    }
}
