package dev.nowake.policy.js;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyFailure.Kind;

/**
 * The context a script runs in now, and the call under way in it: one thread calls, any thread may stop that call or close
 * the slot meanwhile. Whoever takes a realm out ends it, outside the lock.
 */
final class RealmSlot {
    private final String origin;
    private final Object lock = new Object();

    // guarded by lock
    private Realm realm;
    private String running;
    private String stopped;
    private boolean closed;

    /** {@code origin} names the script in messages. */
    RealmSlot(String origin) {
        this.origin = origin;
    }

    /**
     * Begins a call.
     *
     * @throws PolicyFailure INVALID when closed
     */
    void begin(String what) {
        synchronized (lock) {
            if (closed) {
                throw new PolicyFailure(Kind.INVALID, origin + ": is closed");
            }
            if (running != null) {
                throw new IllegalStateException(origin + ": " + running + " is still under way");
            }
            running = what;
        }
    }

    /** The call is over. Why it was stopped, null where it was not. */
    String end() {
        synchronized (lock) {
            String why = stopped;
            stopped = null;
            running = null;
            return why;
        }
    }

    /** Null where there is none. */
    Realm current() {
        synchronized (lock) {
            return realm;
        }
    }

    /** Puts {@code next} in, null for none, and takes out what was there. Throws {@link Stopped} once the call is stopped. */
    Realm exchange(Realm next) {
        synchronized (lock) {
            if (stopped != null) {
                throw new Stopped();
            }
            Realm previous = realm;
            realm = next;
            return previous;
        }
    }

    /** Ends the realm, and waits for that; the next call finds none. */
    void discard() {
        Realm broken;
        synchronized (lock) {
            broken = realm;
            realm = null;
        }
        if (broken != null) {
            broken.kill();
        }
    }

    /** Stops the call under way, if there is one. Any thread; does not wait. */
    void stop(String why) {
        Realm victim;
        synchronized (lock) {
            if (running == null || stopped != null) {
                return;
            }
            stopped = why;
            victim = realm;
            realm = null;
        }
        if (victim != null) {
            // on a thread of its own: ending a context waits until its code has noticed, which may take long
            Thread.ofPlatform().daemon().name("nowake-script-stop").start(victim::kill);
        }
    }

    /** Stops the call under way; there will be no other. Any thread. */
    void close() {
        Realm left = null;
        synchronized (lock) {
            closed = true;
            stop("closed");
            if (running == null) {
                left = realm;
                realm = null;
            }
        }
        if (left != null) {
            left.kill();
        }
    }

    /** Unwinds what was stopped outside the engine. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super(null, null, false, false);
        }
    }
}
