package dev.nowake.agent.control;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Every client that is connected, on one thread that waits for all of them at once; answers are made on a few others. However
 * many come and whatever they send or do not read, threads, descriptors and memory are bounded: when all places are taken, the
 * client that has been silent longest makes room for the next.
 */
final class Conversations implements AutoCloseable {
    /** Each may cost a descriptor and 16 KiB. A thousand clients at once are served, half of them a moment later. */
    private static final int MAX_CLIENTS = 512;

    /** Answers wait on a lane's engine, not on a CPU: with one thread a lane that hangs would make every client wait. */
    private static final int ANSWERING_THREADS = 4;

    private static final long THREAD_IDLE_SECONDS = 10;

    /** Of answers that clients have not taken yet, all together: a status of a hundred loads has 100 KB. */
    private static final long MAX_UNREAD_BYTES = 16L << 20;

    /** Out of descriptors, accept fails at once and would spin; a client waits this long without noticing. */
    private static final long ACCEPT_PAUSE_NANOS = 50_000_000L;

    /** What becomes of one request. */
    interface Reply {
        byte[] to(String line, SocketChannel channel);
    }

    private record Answered(Conversation client, byte[] answer) {}

    private final ServerSocketChannel server;
    private final Reply reply;
    private final Selector selector;
    private final SelectionKey accepting;
    private final ThreadPoolExecutor answering;
    private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
    private final Set<Conversation> reading = new LinkedHashSet<>();
    private final Set<Conversation> writing = new LinkedHashSet<>();
    private final Thread thread;
    private int asked;
    private long unreadBytes;
    private long acceptAgainNanos;
    private boolean someClosed;
    private volatile boolean closed;

    /** Takes ownership of {@code server}, which is bound. */
    Conversations(ServerSocketChannel server, Reply reply) throws IOException {
        this.server = server;
        this.reply = reply;
        selector = Selector.open();
        server.configureBlocking(false);
        accepting = server.register(selector, SelectionKey.OP_ACCEPT);
        answering = new ThreadPoolExecutor(
                ANSWERING_THREADS,
                ANSWERING_THREADS,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // no more than there are clients
                Thread.ofPlatform().name("nowake-answer-", 0).daemon().factory());
        answering.allowCoreThreadTimeOut(true);
        thread = Thread.ofPlatform().name("nowake-control").daemon().start(this::serve);
    }

    private void serve() {
        while (!closed) {
            try {
                turn();
            } catch (IOException | RuntimeException | Error broken) {
                if (!selector.isOpen()) {
                    return;
                }
                pauseAccepting(); // what is wrong here must not take a CPU
            }
        }
        reading.forEach(Conversation::close);
        writing.forEach(Conversation::close);
        quietly(server);
        quietly(selector);
    }

    private static void quietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception gone) {
            return; // nothing is left to be done about it
        }
    }

    /** Those that are connected before those who come: who has sent his request is not the one who makes room. */
    private void turn() throws IOException {
        select();
        boolean acceptable = false;
        for (SelectionKey key : selector.selectedKeys()) {
            if (key == accepting) {
                acceptable = true;
            } else if (key.isValid()) {
                converse((Conversation) key.attachment(), key);
            }
        }
        selector.selectedKeys().clear();
        Answered next = answered.poll();
        while (next != null) {
            asked--;
            answer(next);
            next = answered.poll();
        }
        dropOverdue(reading);
        dropOverdue(writing);
        while (unreadBytes > MAX_UNREAD_BYTES && writing.size() > 1) {
            drop(writing.iterator().next());
        }
        if (acceptable) {
            accept();
        }
    }

    private void select() throws IOException {
        long now = System.nanoTime();
        boolean paused = acceptAgainNanos != 0;
        if (paused && now - acceptAgainNanos >= 0) {
            acceptAgainNanos = 0;
            paused = false;
        }
        accepting.interestOps(!paused && (asked < MAX_CLIENTS) ? SelectionKey.OP_ACCEPT : 0);
        if (someClosed) {
            someClosed = false;
            selector.selectNow(); // their descriptors are closed by this alone
            return;
        }
        long wait = Math.min(
                paused ? acceptAgainNanos - now : Long.MAX_VALUE, Math.min(left(reading, now), left(writing, now)));
        if (wait == Long.MAX_VALUE) {
            selector.select();
        } else {
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait) + 1));
        }
    }

    /** The first of each set is due first: all were given the same time. */
    private static long left(Set<Conversation> clients, long now) {
        return clients.isEmpty() ? Long.MAX_VALUE : clients.iterator().next().deadlineNanos() - now;
    }

    private void accept() throws IOException {
        for (int i = 0; i < MAX_CLIENTS / 4; i++) { // then those that have come are listened to
            if (asked + reading.size() + writing.size() >= MAX_CLIENTS && !makeRoom()) {
                return;
            }
            SocketChannel channel = server.accept();
            if (channel == null) {
                return;
            }
            try {
                channel.configureBlocking(false);
                Conversation client = new Conversation(channel);
                client.key(channel.register(selector, SelectionKey.OP_READ, client));
                reading.add(client);
            } catch (IOException gone) {
                quietly(channel);
            }
        }
    }

    private boolean makeRoom() {
        Set<Conversation> from = reading.isEmpty() ? writing : reading;
        if (from.isEmpty()) {
            return false; // all of them wait for us
        }
        drop(from.iterator().next());
        return true;
    }

    private void pauseAccepting() {
        acceptAgainNanos = System.nanoTime() + ACCEPT_PAUSE_NANOS;
        if (!reading.isEmpty()) {
            drop(reading.iterator().next());
        }
    }

    private void converse(Conversation client, SelectionKey key) {
        try {
            if (key.isReadable()) {
                read(client);
            } else if (key.isWritable()) {
                write(client);
            }
        } catch (IOException | RuntimeException broken) {
            drop(client); // this client gets no answer, the next one may
        }
    }

    private void read(Conversation client) throws IOException {
        String line = client.read();
        if (line != null) {
            reading.remove(client);
            client.key().interestOps(0);
            asked++;
            answering.execute(() -> {
                byte[] answer = new byte[0];
                try {
                    answer = reply.to(line, client.channel());
                } finally {
                    answered.add(new Answered(client, answer));
                    selector.wakeup();
                }
            });
        }
    }

    private void answer(Answered next) {
        Conversation client = next.client();
        client.answer(next.answer());
        unreadBytes += client.unreadBytes();
        writing.add(client);
        try {
            write(client);
        } catch (IOException | RuntimeException gone) {
            drop(client);
        }
    }

    private void write(Conversation client) throws IOException {
        long before = client.unreadBytes();
        boolean done = client.write();
        unreadBytes -= before - client.unreadBytes();
        if (done) {
            drop(client);
        } else {
            client.key().interestOps(SelectionKey.OP_WRITE);
        }
    }

    private void dropOverdue(Set<Conversation> clients) {
        long now = System.nanoTime();
        while (left(clients, now) <= 0) {
            drop(clients.iterator().next());
        }
    }

    private void drop(Conversation client) {
        if (writing.remove(client)) {
            unreadBytes -= client.unreadBytes();
        }
        reading.remove(client);
        client.close();
        someClosed = true;
    }

    /** Ends all of them; who waits for an answer gets none. */
    @Override
    public void close() {
        closed = true;
        answering.shutdownNow();
        try {
            selector.wakeup();
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (ClosedSelectorException ended) {
            return;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
