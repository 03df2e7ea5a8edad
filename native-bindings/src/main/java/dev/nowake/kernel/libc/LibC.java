package dev.nowake.kernel.libc;

import static dev.nowake.kernel.libc.SystemCall.*;

/**
 * C functions of nowake's ports, each under its man page's name, all made through syscall(2).
 *
 * <p>One way in has two reasons. There is one return convention instead of three: posix_fadvise(3) would return the
 * error itself, and the C library has no wrapper at all for cachestat or move_pages. And a backend links one symbol, so
 * the first call costs one link and not thirty.
 *
 * <p>Every method returns the result (0 or more), or the negative errno. Arguments that C declares as pointers are
 * addresses, 0 for NULL; the caller keeps the memory alive. Calls that a signal cut short (EINTR) are made again, save
 * {@code close} (the descriptor is gone all the same), {@code ppoll} (its time is the caller's affair) and
 * {@code writeOnce}.
 */
public interface LibC {
    /** AT_FDCWD of openat(2): paths start from the working directory. */
    int AT_FDCWD = -100;

    /** EINTR, negated as results carry it. */
    int INTERRUPTED = -4;

    /** The backend's name: {@code ffm} or {@code jnr}. */
    String binding();

    /**
     * syscall(2). The C function returns -1 and sets errno; implementations turn that into the negative errno of the
     * calling thread. Never linked as {@code critical}: most of these calls may block.
     */
    long call(SystemCall call, long a, long b, long c, long d, long e, long f);

    /** {@link #call}, again for as long as signals interrupt it. */
    default long retry(SystemCall call, long a, long b, long c, long d, long e, long f) {
        long result;
        do {
            result = call(call, a, b, c, d, e, f);
        } while (result == INTERRUPTED);
        return result;
    }

    /** open(2) without a mode: nowake creates nothing. */
    default long open(long path, int flags) {
        return retry(OPENAT, AT_FDCWD, path, flags, 0, 0, 0);
    }

    /** close(2). */
    default long close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0, 0);
    }

    /** read(2). */
    default long read(int fd, long buffer, long lengthBytes) {
        return retry(READ, fd, buffer, lengthBytes, 0, 0, 0);
    }

    /** write(2). */
    default long write(int fd, long buffer, long lengthBytes) {
        return retry(WRITE, fd, buffer, lengthBytes, 0, 0, 0);
    }

    /** write(2), not again after a signal: for files that act on every write. */
    default long writeOnce(int fd, long buffer, long lengthBytes) {
        return call(WRITE, fd, buffer, lengthBytes, 0, 0, 0);
    }

    /** pread(2). */
    default long pread(int fd, long buffer, long lengthBytes, long offsetBytes) {
        return retry(PREAD64, fd, buffer, lengthBytes, offsetBytes, 0, 0);
    }

    /** pwrite(2). */
    default long pwrite(int fd, long buffer, long lengthBytes, long offsetBytes) {
        return retry(PWRITE64, fd, buffer, lengthBytes, offsetBytes, 0, 0);
    }

    /** preadv2(2). The kernel takes the offset in two halves; on 64-bit machines the first holds all of it. */
    default long preadv2(int fd, long vectors, int count, long offsetBytes, int flags) {
        return retry(PREADV2, fd, vectors, count, offsetBytes, 0, flags);
    }

    /** lseek(2). */
    default long lseek(int fd, long offsetBytes, int whence) {
        return retry(LSEEK, fd, offsetBytes, whence, 0, 0, 0);
    }

    /** statx(2). */
    default long statx(int folder, long path, int flags, int mask, long buffer) {
        return retry(STATX, folder, path, flags, mask, buffer, 0);
    }

    /** statfs(2). */
    default long statfs(long path, long buffer) {
        return retry(STATFS, path, buffer, 0, 0, 0, 0);
    }

    /** fstatfs(2). */
    default long fstatfs(int fd, long buffer) {
        return retry(FSTATFS, fd, buffer, 0, 0, 0, 0);
    }

    /** access(2), which asks with the real user id. */
    default long access(long path, int mode) {
        return retry(FACCESSAT, AT_FDCWD, path, mode, 0, 0, 0);
    }

    /** readlink(2): bytes written, no NUL. */
    default long readlink(long path, long buffer, long lengthBytes) {
        return retry(READLINKAT, AT_FDCWD, path, buffer, lengthBytes, 0, 0);
    }

    /** readahead(2). */
    default long readahead(int fd, long offsetBytes, long lengthBytes) {
        return retry(READAHEAD, fd, offsetBytes, lengthBytes, 0, 0, 0);
    }

    /** posix_fadvise(2). A length of 0 reaches to the end of the file. */
    default long posixFadvise(int fd, long offsetBytes, long lengthBytes, int advice) {
        return retry(FADVISE64, fd, offsetBytes, lengthBytes, advice, 0, 0);
    }

    /** flock(2). */
    default long flock(int fd, int operation) {
        return retry(FLOCK, fd, operation, 0, 0, 0, 0);
    }

    /** fallocate(2). */
    default long fallocate(int fd, int mode, long offsetBytes, long lengthBytes) {
        return retry(FALLOCATE, fd, mode, offsetBytes, lengthBytes, 0, 0);
    }

    /** fdatasync(2). */
    default long fdatasync(int fd) {
        return retry(FDATASYNC, fd, 0, 0, 0, 0, 0);
    }

    /** mmap(2): the address. */
    default long mmap(long address, long lengthBytes, int protection, int flags, int fd, long offsetBytes) {
        return retry(MMAP, address, lengthBytes, protection, flags, fd, offsetBytes);
    }

    /** munmap(2). */
    default long munmap(long address, long lengthBytes) {
        return retry(MUNMAP, address, lengthBytes, 0, 0, 0, 0);
    }

    /** madvise(2). */
    default long madvise(long address, long lengthBytes, int advice) {
        return retry(MADVISE, address, lengthBytes, advice, 0, 0, 0);
    }

    /** mincore(2): one byte per page, bit 0 says resident. */
    default long mincore(long address, long lengthBytes, long vector) {
        return retry(MINCORE, address, lengthBytes, vector, 0, 0, 0);
    }

    /** cachestat(2), 6.5+. */
    default long cachestat(int fd, long range, long buffer) {
        return retry(CACHESTAT, fd, range, buffer, 0, 0, 0);
    }

    /** sendfile(2). {@code offset} is the address of the 64-bit offset, which the call advances. */
    default long sendfile(int target, int source, long offset, long lengthBytes) {
        return retry(SENDFILE, target, source, offset, lengthBytes, 0, 0);
    }

    /** pidfd_open(2), 5.3+. */
    default long pidfdOpen(int pid) {
        return retry(PIDFD_OPEN, pid, 0, 0, 0, 0, 0);
    }

    /** pidfd_getfd(2), 5.6+: a copy of another process's descriptor. */
    default long pidfdGetfd(int pidfd, int fd) {
        return retry(PIDFD_GETFD, pidfd, fd, 0, 0, 0, 0);
    }

    /** process_madvise(2), 5.10+: bytes advised. */
    default long processMadvise(int pidfd, long vectors, long count, int advice) {
        return retry(PROCESS_MADVISE, pidfd, vectors, count, advice, 0, 0);
    }

    /** set_mempolicy(2). */
    default long setMempolicy(int mode, long nodeMask, long maxNode) {
        return retry(SET_MEMPOLICY, mode, nodeMask, maxNode, 0, 0, 0);
    }

    /** get_mempolicy(2) of the calling thread. */
    default long getMempolicy(long mode, long nodeMask, long maxNode) {
        return retry(GET_MEMPOLICY, mode, nodeMask, maxNode, 0, 0, 0);
    }

    /** move_pages(2). {@code nodes} 0 asks where the pages are. */
    default long movePages(int pid, long count, long pages, long nodes, long status, int flags) {
        return retry(MOVE_PAGES, pid, count, pages, nodes, status, flags);
    }

    /** sched_setaffinity(2). */
    default long schedSetaffinity(int tid, long lengthBytes, long mask) {
        return retry(SCHED_SETAFFINITY, tid, lengthBytes, mask, 0, 0, 0);
    }

    /** sched_getaffinity(2) as the kernel answers it: bytes written, not the C wrapper's 0. */
    default long schedGetaffinity(int tid, long lengthBytes, long mask) {
        return retry(SCHED_GETAFFINITY, tid, lengthBytes, mask, 0, 0, 0);
    }

    /** ppoll(2) without a signal mask; {@code timeout} is the address of a timespec, 0 for no end. */
    default long ppoll(long descriptors, long count, long timeout) {
        return call(PPOLL, descriptors, count, timeout, 0, 0, 0);
    }

    /** fcntl(2). */
    default long fcntl(int fd, int command, long argument) {
        return retry(FCNTL, fd, command, argument, 0, 0, 0);
    }

    /** dup3(2). */
    default long dup3(int from, int to, int flags) {
        return retry(DUP3, from, to, flags, 0, 0, 0);
    }

    /** ioctl(2). {@code argument} is a number or an address, as the request wants it. */
    default long ioctl(int fd, long request, long argument) {
        return retry(IOCTL, fd, request, argument, 0, 0, 0);
    }

    /** fanotify_init(2). */
    default long fanotifyInit(int flags, int eventFlags) {
        return retry(FANOTIFY_INIT, flags, eventFlags, 0, 0, 0, 0);
    }

    /** fanotify_mark(2). */
    default long fanotifyMark(int group, int flags, long mask, int folder, long path) {
        return retry(FANOTIFY_MARK, group, flags, mask, folder, path, 0);
    }

    /** name_to_handle_at(2). */
    default long nameToHandleAt(int folder, long path, long handle, long mountId, int flags) {
        return retry(NAME_TO_HANDLE_AT, folder, path, handle, mountId, flags, 0);
    }

    /** memfd_create(2). */
    default long memfdCreate(long name, int flags) {
        return retry(MEMFD_CREATE, name, flags, 0, 0, 0, 0);
    }

    /** eventfd(2). */
    default long eventfd(int initial, int flags) {
        return retry(EVENTFD2, initial, flags, 0, 0, 0, 0);
    }

    /** socket(2). */
    default long socket(int domain, int type, int protocol) {
        return retry(SOCKET, domain, type, protocol, 0, 0, 0);
    }

    /** sendto(2). */
    default long sendto(int fd, long buffer, long lengthBytes, int flags, long address, int addressBytes) {
        return retry(SENDTO, fd, buffer, lengthBytes, flags, address, addressBytes);
    }

    /** getpid(2). */
    default int getpid() {
        return (int) call(GETPID, 0, 0, 0, 0, 0, 0);
    }

    /** gettid(2). */
    default int gettid() {
        return (int) call(GETTID, 0, 0, 0, 0, 0, 0);
    }

    /** geteuid(2). */
    default int geteuid() {
        return (int) call(GETEUID, 0, 0, 0, 0, 0, 0);
    }

    /** capget(2). */
    default long capget(long header, long data) {
        return retry(CAPGET, header, data, 0, 0, 0, 0);
    }

    /** unshare(2): of the calling thread. */
    default long unshare(int flags) {
        return retry(UNSHARE, flags, 0, 0, 0, 0, 0);
    }

    /** mount(2). {@code options} is what the filesystem itself is told, as text. */
    default long mount(long source, long target, long fsType, long flags, long options) {
        return retry(MOUNT, source, target, fsType, flags, options, 0);
    }

    /** umount2(2). */
    default long umount(long target, int flags) {
        return retry(UMOUNT2, target, flags, 0, 0, 0, 0);
    }
}
