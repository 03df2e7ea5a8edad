package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** The service manager's end of a notification socket. */
final class NotifySocket implements AutoCloseable {
    private final LibC libc = FfmLibC.open();
    private final String name;
    private final int fd;

    private NotifySocket(String name) {
        this.name = name;
        this.fd = (int) libc.socket(1, 2 | OpenFlags.CLOEXEC, 0);
    }

    static NotifySocket bind(String name) {
        NotifySocket socket = new NotifySocket(name);
        byte[] path = name.getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(110, 8);
            address.set(JAVA_SHORT, 0, (short) 1);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            if (path[0] == '@') {
                address.set(JAVA_BYTE, 2, (byte) 0);
            }
            long bound = socket.libc.call(SystemCall.BIND, socket.fd, address.address(), 2L + path.length, 0, 0, 0);
            if (bound < 0) {
                throw new IllegalStateException("bind " + name + ": " + bound);
            }
        }
        return socket;
    }

    String name() {
        return name;
    }

    /** The next datagram, which has been sent already. */
    String receive() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4096);
            long length = libc.call(SystemCall.RECVFROM, fd, buffer.address(), 4096, 0x40, 0, 0);
            if (length < 0) {
                throw new IllegalStateException("nothing received: " + length);
            }
            return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
