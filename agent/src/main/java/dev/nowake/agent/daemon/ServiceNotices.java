package dev.nowake.agent.daemon;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ServiceManager;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the service manager is told (sd_notify(3)): ready, reloading, stopping, a line for people, and that the daemon lives.
 * Nothing, where no manager listens. Any thread; each call may wait for the manager, so the watchdog's and the line's are
 * made on a thread of their own.
 */
public final class ServiceNotices implements AutoCloseable {
    /** People look at the line; it is sent no sooner, and only when it says something else. */
    private static final long LINE_NANOS = 5_000_000_000L;

    /** The watchdog is fed three times in its time, so that one late feed costs nothing. */
    private static final long FEEDS = 3;

    /** Tells nobody. */
    static final ServiceNotices NONE = new ServiceNotices(null, null, 0, why -> {});

    private static final String FEED = "WATCHDOG=1";

    private final ServiceManager manager;
    private final String socket;
    private final long watchdogNanos;
    private final BlockingQueue<String> feeds = new LinkedBlockingQueue<>();
    private final Consumer<String> unheard;
    private volatile Thread thread;
    private volatile String lastLine = "";
    private boolean told;

    private ServiceNotices(ServiceManager manager, String socket, long watchdogNanos, Consumer<String> unheard) {
        this.manager = manager;
        this.socket = socket;
        this.watchdogNanos = watchdogNanos;
        this.unheard = unheard;
    }

    /**
     * As the environment says: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
     *
     * @param unheard told once why the manager could not be
     */
    public static ServiceNotices of(
            ServiceManager manager, Map<String, String> environment, long ownPid, Consumer<String> unheard) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        long micros = number(environment.get("WATCHDOG_USEC"));
        long pid = number(environment.get("WATCHDOG_PID"));
        boolean ours = pid == 0 || pid == ownPid;
        return new ServiceNotices(manager, socket.isEmpty() ? null : socket, ours ? micros * 1000 : 0, unheard);
    }

    private static long number(String text) {
        try {
            return text == null ? 0 : Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    /** The start, or a reload, is over. */
    public void ready(String line) {
        lastLine = line;
        send("READY=1\nSTATUS=" + line);
    }

    /** A reload begins; {@link #ready} ends it. */
    public void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    public void stopping() {
        send("STOPPING=1");
    }

    /**
     * From now on the line is renewed, and the watchdog fed.
     *
     * @param line what to tell people
     * @param alive gets a task and has it run by whoever must be alive for the daemon to be
     */
    public void start(Supplier<String> line, Consumer<Runnable> alive) {
        if (socket != null && thread == null) {
            thread = Thread.ofPlatform().name("nowake-notify").daemon().start(() -> run(line, alive));
        }
    }

    private void run(Supplier<String> line, Consumer<Runnable> alive) {
        long feedEvery = watchdogNanos == 0 ? LINE_NANOS : watchdogNanos / FEEDS;
        long lineDue = System.nanoTime() + LINE_NANOS;
        long feedDue = System.nanoTime();
        try {
            while (true) {
                long now = System.nanoTime();
                String feed = feeds.poll(Math.max(0, Math.min(lineDue - now, feedDue - now)), TimeUnit.NANOSECONDS);
                if (feed != null) {
                    send(feed);
                }
                now = System.nanoTime();
                if (now - feedDue >= 0) {
                    feedDue = now + feedEvery;
                    if (watchdogNanos > 0) {
                        alive.accept(() -> feeds.add(FEED));
                    }
                }
                if (now - lineDue >= 0) {
                    lineDue = now + LINE_NANOS;
                    renew(line);
                }
            }
        } catch (InterruptedException stop) {
            return;
        }
    }

    /** A line that cannot be made must not cost the watchdog its feeds: the manager would kill a daemon that works. */
    private void renew(Supplier<String> made) {
        try {
            String line = made.get();
            if (!line.equals(lastLine)) {
                lastLine = line;
                send("STATUS=" + line);
            }
        } catch (RuntimeException broken) {
            tell(broken.toString());
        }
    }

    private void send(String message) {
        if (socket == null) {
            return;
        }
        try {
            manager.notify(socket, message);
        } catch (KernelException failed) {
            tell(failed.getMessage());
        }
    }

    private synchronized void tell(String why) {
        if (!told) {
            told = true;
            unheard.accept(why);
        }
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
