package dev.nowake.agent.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** Who asks, as the kernel noted when he connected (SO_PEERCRED of unix(7)). For one thread. */
public final class Caller {
    private final SocketChannel channel;
    private final Access access;
    private UnixDomainPrincipal peer;

    Caller(SocketChannel channel, Access access) {
        this.channel = channel;
        this.access = access;
    }

    /** The user's name, or his number where he has none. May ask a directory service. */
    public String user() throws IOException {
        return peer().user().getName();
    }

    /** @return whether he may change what the daemon does; false where he is gone */
    public boolean mayChange() {
        try {
            return access.mayChange(peer());
        } catch (IOException gone) {
            return false;
        }
    }

    /** What a refused one is told, in one line. */
    public String refusal(String verb) {
        String user;
        try {
            user = user();
        } catch (IOException gone) {
            user = "this user";
        }
        return user + " may not '" + verb + "': be " + access.whoMayChange();
    }

    private UnixDomainPrincipal peer() throws IOException {
        if (peer == null) {
            peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
        }
        return peer;
    }
}
