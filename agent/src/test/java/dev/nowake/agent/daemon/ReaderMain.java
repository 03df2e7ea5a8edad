package dev.nowake.agent.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** A process that opens, reads, maps and closes files when told on stdin, one act a line, and says {@code ok} to each. */
public final class ReaderMain {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private final Deque<FileChannel> channels = new ArrayDeque<>();
    private final Deque<Arena> mappings = new ArrayDeque<>();
    private final Map<Path, MemorySegment> touched = new HashMap<>();
    private long preadTo;
    private final int[] sockets = {-1, -1};

    public static void main(String[] args) throws IOException {
        ReaderMain reader = new ReaderMain();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ok");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int space = line.indexOf(' ');
            String verb = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1);
            String answer;
            try {
                reader.act(verb, rest);
                answer = "ok";
            } catch (Throwable failed) {
                answer = "failed: " + failed;
            }
            System.out.println(answer);
        }
    }

    private void act(String verb, String argument) throws Throwable {
        switch (verb) {
            case "open" -> channels.push(FileChannel.open(Path.of(argument), StandardOpenOption.READ));
            case "close" -> channels.pop().close();
            case "read" -> read(channels.peek());
            case "take" -> take(channels.peek(), Integer.parseInt(argument));
            case "seek" -> channels.peek().position(Long.parseLong(argument) << 20);
            case "pread" -> pread(channels.peek(), Integer.parseInt(argument));
            case "map" -> map(Path.of(argument));
            case "touch" -> touch(argument);
            case "fork" -> fork();
            case "unmap" -> mappings.pop().close();
            case "opens" -> opens(argument);
            case "send" -> send(argument);
            case "drop" -> drop();
            case "splice" -> splice(argument);
            default -> throw new IllegalArgumentException(verb);
        }
    }

    private static void read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        while (channel.read(buffer) >= 0) {
            buffer.clear();
        }
    }

    /** Reads so many MiB on. */
    private static void take(FileChannel channel, int mebibytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        for (int i = 0; i < mebibytes; i++) {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                continue;
            }
            buffer.clear();
        }
    }

    /** The same from where the last one ended, by pread(2): the descriptor's position stays. */
    private void pread(FileChannel channel, int mebibytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        for (int i = 0; i < mebibytes; i++) {
            while (buffer.hasRemaining()) {
                int got = channel.read(buffer, preadTo);
                if (got < 0) {
                    return;
                }
                preadTo += got;
            }
            buffer.clear();
        }
    }

    /** {@code FROM TO PATH}: maps the whole file, closes it, and touches each page of these MiB. */
    private void touch(String argument) throws IOException {
        String[] words = argument.split(" ", 3);
        Path path = Path.of(words[2]);
        MemorySegment mapped = touched.get(path);
        if (mapped == null) {
            Arena arena = Arena.ofShared();
            mappings.push(arena);
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            }
            touched.put(path, mapped);
        }
        long sum = 0;
        for (long at = Long.parseLong(words[0]) << 20; at < Long.parseLong(words[1]) << 20; at += 4096) {
            sum += mapped.get(ValueLayout.JAVA_BYTE, at);
        }
        if (sum == Long.MIN_VALUE) {
            System.out.println();
        }
    }

    /** The child has what this process has open and mapped, and does nothing until it is killed. */
    private static void fork() throws Throwable {
        if (call("fork", 0) == 0) {
            while (true) {
                call("pause", 0);
            }
        }
    }

    /** Maps the file, closes it, and touches each page. */
    private void map(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        mappings.push(arena);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            long sum = 0;
            for (long at = 0; at < mapped.byteSize(); at += 4096) {
                sum += mapped.get(ValueLayout.JAVA_BYTE, at);
            }
            if (sum == Long.MIN_VALUE) {
                System.out.println();
            }
        }
    }

    private static void opens(String countAndPath) throws IOException {
        int space = countAndPath.indexOf(' ');
        int count = Integer.parseInt(countAndPath.substring(0, space));
        Path path = Path.of(countAndPath.substring(space + 1));
        for (int i = 0; i < count; i++) {
            FileChannel.open(path, StandardOpenOption.READ).close();
        }
    }

    /** Leaves a descriptor of the file in flight: sent over a socket, closed here, received by nobody. */
    private void send(String path) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            int made = call("socketpair", 4, 1, 1, 0, pair.address());
            sockets[0] = pair.get(ValueLayout.JAVA_INT, 0);
            sockets[1] = pair.get(ValueLayout.JAVA_INT, 4);
            int fd = call("open", 2, arena.allocateFrom(path).address(), 0);
            int sent = call("sendmsg", 3, sockets[0], message(arena, fd).address(), 0);
            call("close", 1, fd);
            if (made < 0 || fd < 0 || sent < 0) {
                throw new IOException("socketpair " + made + ", open " + fd + ", sendmsg " + sent);
            }
        }
    }

    /** struct msghdr with one byte of data and one descriptor beside it. */
    private static MemorySegment message(Arena arena, int fd) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, arena.allocate(1).address());
        vector.set(ValueLayout.JAVA_LONG, 8, 1);
        MemorySegment control = arena.allocate(24, 8);
        control.set(ValueLayout.JAVA_LONG, 0, 20);
        control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
        control.set(ValueLayout.JAVA_INT, 16, fd);
        MemorySegment message = arena.allocate(56, 8);
        message.set(ValueLayout.JAVA_LONG, 16, vector.address());
        message.set(ValueLayout.JAVA_LONG, 24, 1);
        message.set(ValueLayout.JAVA_LONG, 32, control.address());
        message.set(ValueLayout.JAVA_LONG, 40, 24);
        return message;
    }

    /** Reads the start of a file into a pipe that nobody empties, and closes the file: the pipe has its pages. */
    private void splice(String path) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            int made = call("pipe", 1, pair.address());
            sockets[0] = pair.get(ValueLayout.JAVA_INT, 0);
            sockets[1] = pair.get(ValueLayout.JAVA_INT, 4);
            int fd = call("open", 2, arena.allocateFrom(path).address(), 0);
            int spliced = call("splice", 6, fd, 0, sockets[1], 0, 65536, 0);
            call("close", 1, fd);
            if (made < 0 || fd < 0 || spliced <= 0) {
                throw new IOException("pipe " + made + ", open " + fd + ", splice " + spliced);
            }
        }
    }

    private void drop() throws Throwable {
        call("close", 1, sockets[0]);
        call("close", 1, sockets[1]);
    }

    @SuppressWarnings("restricted")
    private static int call(String name, int arguments, long... values) throws Throwable {
        ValueLayout[] layout = new ValueLayout[arguments];
        Object[] boxed = new Object[arguments];
        for (int i = 0; i < arguments; i++) {
            layout[i] = ValueLayout.JAVA_LONG;
            boxed[i] = values[i];
        }
        Linker linker = Linker.nativeLinker();
        return (int) linker.downcallHandle(
                        linker.defaultLookup().find(name).orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, layout))
                .invokeWithArguments(boxed);
    }
}
