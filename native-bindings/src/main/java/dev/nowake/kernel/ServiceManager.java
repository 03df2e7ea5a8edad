package dev.nowake.kernel;

/** systemd's notification socket (sd_notify(3)). */
public interface ServiceManager {
    /**
     * Sends one datagram to a unix socket: a path, or an abstract name after '@'.
     *
     * @param message lines such as {@code READY=1}
     */
    void notify(String socket, String message) throws KernelException;
}
