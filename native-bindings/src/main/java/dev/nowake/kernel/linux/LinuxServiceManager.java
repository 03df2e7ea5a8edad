package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ServiceManager;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** One datagram to a unix socket, which the JDK's channels cannot send. */
final class LinuxServiceManager implements ServiceManager {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_OFFSET = 2;
    private static final int PATH_BYTES = 108;

    private final LibC libc;

    LinuxServiceManager(LibC libc) {
        this.libc = libc;
    }

    @Override
    public void notify(String socket, String message) throws KernelException {
        byte[] name = socket.getBytes(StandardCharsets.UTF_8);
        if (name.length < 2 || name.length > PATH_BYTES || (name[0] != '/' && name[0] != '@')) {
            throw new KernelException("connect " + socket, Errno.EINVAL);
        }
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        int fd = (int) Outcome.orThrow("socket", libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = Scratch.cString(arena, text);
            MemorySegment address = address(arena, name);
            long sent = libc.sendto(
                    fd, body.address(), text.length, MSG_NOSIGNAL, address.address(), PATH_OFFSET + name.length);
            Outcome.orThrow("sendto", sent);
        } finally {
            libc.close(fd);
        }
    }

    /** struct sockaddr_un; an abstract name starts with a NUL where people write '@'. */
    private static MemorySegment address(Arena arena, byte[] name) {
        MemorySegment address = arena.allocate(PATH_OFFSET + PATH_BYTES + 1, 8);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_OFFSET, name.length);
        if (name[0] == '@') {
            address.set(JAVA_BYTE, PATH_OFFSET, (byte) 0);
        }
        return address;
    }
}
