package dev.nowake.agent.control;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client of its own process, for users who may read nothing of this project: needs the JDK alone. */
final class AskMain {
    private AskMain() {}

    /** {@code AskMain SOCKET LINE}: prints the answer, or why there is none. */
    public static void main(String[] arguments) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(arguments[0])))) {
            channel.write(ByteBuffer.wrap((arguments[1] + "\n").getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(64 << 10);
            while (channel.read(answer) >= 0) {
                continue;
            }
            System.out.println(new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8).strip());
        } catch (java.io.IOException refused) {
            System.out.println(refused);
        }
    }
}
