package dev.nowake.agent.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** A caller as the kernel noted him when he connected (SO_PEERCRED of unix(7)). For one thread. */
final class Peer implements Caller {
    private final SocketChannel channel;
    private final Access access;
    private UnixDomainPrincipal peer;

    Peer(SocketChannel channel, Access access) {
        this.channel = channel;
        this.access = access;
    }

    @Override
    public String user() throws IOException {
        return peer().user().getName();
    }

    @Override
    public boolean mayChange() {
        try {
            return access.mayChange(peer());
        } catch (IOException gone) {
            return false;
        }
    }

    @Override
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
