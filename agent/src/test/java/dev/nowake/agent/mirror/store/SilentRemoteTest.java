package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that does not answer costs a few threads, and nobody waits for it for ever. */
class SilentRemoteTest {
    @TempDir
    Path folder;

    @Test
    void whatHangsIsLeftBehind() throws Exception {
        StoreRig rig = new StoreRig(folder);
        rig.timeout = Duration.ofSeconds(1);
        Path backing = Files.createDirectory(folder.resolve("backing"));
        for (int i = 0; i < 600; i++) {
            Files.write(backing.resolve(i + ".bin"), new byte[10]);
        }
        SlowRemote server = SlowRemote.start(backing, rig.remote);
        try (rig) {
            Store store = rig.open();
            assertThat(store.sync().unreachable()).isNull();
            server.stop();
            for (int i = 0; i < 3; i++) {
                assertThat(store.sync().unreachable()).isEqualTo("the remote did not answer for 1.0 s");
            }
            assertThat(store.stored().callsLeftBehind()).isEqualTo(3);
            assertThat(store.stored().state().why()).isEqualTo("the remote did not answer for 1.0 s");
            assertThat(store.twins()).hasSize(600);
            server.goOn();
            await().atMost(Duration.ofSeconds(10)).until(() -> store.stored().callsLeftBehind() == 0);
            assertThat(store.sync().unreachable()).isNull();
            assertThat(store.look(rig.twin("1.bin"))).isEqualTo(Sight.SAME);
            assertThat(store.stored().state().isReachable()).isTrue();
            server.stop();
            CompletableFuture<SyncOutcome> under = CompletableFuture.supplyAsync(store::sync);
            await().atMost(Duration.ofSeconds(10)).until(() -> threads() > 0);
            store.park(); // an orderly stop waits for no server
            assertThat(under.get(5, TimeUnit.SECONDS).unreachable()).isNotNull();
        } finally {
            server.end();
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("nowake-remote-"))
                .count();
    }

    @Test
    void thereAreNeverMoreThanAFewThreads() throws Exception {
        RemoteCalls calls = new RemoteCalls("test", Duration.ofMillis(50));
        CountDownLatch hang = new CountDownLatch(1);
        for (int i = 0; i < RemoteCalls.MOST; i++) {
            assertThatThrownBy(() -> calls.call(() -> {
                        hang.await();
                        return null;
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the remote did not answer for 0.05 s");
        }
        assertThat(calls.leftBehind()).isEqualTo(RemoteCalls.MOST);
        assertThatThrownBy(() -> calls.call(() -> 1))
                .hasMessage("the remote does not answer: " + RemoteCalls.MOST + " calls have not come back");
        hang.countDown();
        await().atMost(Duration.ofSeconds(10)).until(() -> calls.leftBehind() == 0);
        assertThat(calls.call(() -> 1)).isEqualTo(1);
        assertThatThrownBy(() -> calls.call(() -> {
                    throw new IOException("no such thing");
                }))
                .hasMessage("no such thing");
        calls.close();
        assertThatThrownBy(() -> calls.call(() -> 1)).hasMessage("the mirror ends");
    }
}
