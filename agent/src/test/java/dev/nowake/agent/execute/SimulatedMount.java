package dev.nowake.agent.execute;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongSupplier;

/** A mount in virtual time with a reader that always wants more: keeps a window full and counts what comes back. */
final class SimulatedMount {
    /** When a request of one chunk, made now beside so many others, is answered. */
    interface Server {
        long answerNanos(long nowNanos, int others);
    }

    private record Request(long begunNanos, long answerNanos) {}

    private final long chunkBytes;
    private Server server;
    private final PriorityQueue<Request> inFlight = new PriorityQueue<>(Comparator.comparingLong(Request::answerNanos));
    private long nowNanos = 1_000_000_000L;
    long mostBytes;

    SimulatedMount(long chunkBytes, Server server) {
        this.chunkBytes = chunkBytes;
        this.server = server;
    }

    /** Each request takes its turn on one link and then travels; both vary by {@code noise}. */
    static Server link(double latencySeconds, double bytesPerSecond, long chunkBytes, double noise) {
        Random random = new Random(7);
        long[] free = {0};
        return (now, others) -> {
            double cost = chunkBytes / bytesPerSecond * 1e9 * (1 + noise * random.nextGaussian());
            free[0] = Math.max(free[0], now) + Math.max(1, (long) cost);
            return free[0] + Math.max(1, (long) (latencySeconds * 1e9 * (1 + noise * Math.abs(random.nextGaussian()))));
        };
    }

    /** Serves {@code slots} at once in the given time; each further one slows all of them down. */
    static Server degrading(double latencySeconds, int slots, double harm, double noise) {
        Random random = new Random(8);
        return (now, others) -> {
            double slower = Math.pow(Math.max(1, (others + 1) / (double) slots), 1 + harm);
            double jitter = 1 + noise * Math.abs(random.nextGaussian());
            return now + Math.max(1, (long) (latencySeconds * 1e9 * slower * jitter));
        };
    }

    /** The same on a host that stands still now and then, whatever is in flight: once in two seconds, for up to half a one. */
    static Server stalling(Server server) {
        Random random = new Random(9);
        long[] stall = {0, 0};
        return (now, others) -> {
            if (now > stall[1]) {
                stall[0] = now + (long) (-2e9 * Math.log(1 - random.nextDouble()));
                stall[1] = stall[0] + (long) (0.5e9 * random.nextDouble());
            }
            long answer = server.answerNanos(now, others);
            return answer >= stall[0] ? Math.max(answer, stall[1]) : answer;
        };
    }

    void becomes(Server other) {
        server = other;
    }

    /** Bytes a second of a window that never changes. */
    double rateOf(long windowBytes, double seconds) {
        return run(() -> windowBytes, null, seconds);
    }

    double rateOf(InFlightLaw law, double seconds) {
        return run(law::windowBytes, law, seconds);
    }

    private double run(LongSupplier windowBytes, InFlightLaw law, double seconds) {
        long start = nowNanos;
        long end = start + (long) (seconds * 1e9);
        double returned = 0;
        while (nowNanos < end) {
            while ((inFlight.size() + 1) * chunkBytes <= windowBytes.getAsLong()) {
                inFlight.add(new Request(nowNanos, server.answerNanos(nowNanos, inFlight.size())));
            }
            mostBytes = Math.max(mostBytes, inFlight.size() * chunkBytes);
            Request first = inFlight.remove();
            nowNanos = Math.max(nowNanos, first.answerNanos());
            returned += chunkBytes;
            if (law != null) {
                law.returned(chunkBytes, first.begunNanos(), nowNanos, true);
            }
        }
        return returned / (nowNanos - start) * 1e9;
    }
}
