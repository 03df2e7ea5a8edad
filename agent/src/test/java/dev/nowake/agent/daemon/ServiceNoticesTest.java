package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ServiceManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServiceNoticesTest {
    private static final String FEED = "WATCHDOG=1";

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<String> unheard = new CopyOnWriteArrayList<>();
    private final Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", "/run/notify"));
    private ServiceNotices notices;

    private ServiceNotices of(ServiceManager manager) {
        notices = ServiceNotices.of(manager, environment, 7, unheard::add);
        return notices;
    }

    private ServiceNotices heard() {
        return of((socket, message) -> told.add(message));
    }

    private long feeds() {
        return told.stream().filter(FEED::equals).count();
    }

    @AfterEach
    void end() {
        notices.close();
    }

    @Test
    void statesAreToldInTheirOrder() {
        heard().ready("observe: 1 root");
        notices.reloading();
        notices.ready("enforce: 1 root");
        notices.stopping();

        assertThat(told).hasSize(4);
        assertThat(told.get(0)).isEqualTo("READY=1\nSTATUS=observe: 1 root");
        assertThat(told.get(1)).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
        assertThat(told.get(2)).isEqualTo("READY=1\nSTATUS=enforce: 1 root");
        assertThat(told.get(3)).isEqualTo("STOPPING=1");
    }

    @Test
    void withoutAManagerNobodyIsTold() {
        environment.clear();
        heard().ready("observe: 1 root");
        notices.start(() -> "line", Runnable::run);
        assertThat(told).isEmpty();
    }

    @Test
    void theEnginesLoopFeedsTheWatchdogAndOneThatHangsDoesNot() throws Exception {
        environment.put("WATCHDOG_USEC", "150000");
        Engine engine = new Engine(failure -> {});
        Thread loop = Thread.ofPlatform().daemon().start(engine);
        heard().start(() -> "line", engine::submit);
        await().until(() -> feeds() >= 3);

        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        engine.submit(() -> {
            try {
                hanging.countDown();
                hangs.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        });
        hanging.await();
        long before = feeds() + 1; // one may be on its way
        await().during(Duration.ofMillis(400)).until(() -> feeds() <= before);
        hangs.countDown();
        await().until(() -> feeds() > before);
        engine.stop();
        loop.join();
    }

    @Test
    void anothersWatchdogIsNotFed() {
        environment.put("WATCHDOG_USEC", "30000");
        environment.put("WATCHDOG_PID", "8");
        heard().start(() -> "line", Runnable::run);
        await().during(Duration.ofMillis(200)).until(() -> feeds() == 0);
    }

    @Test
    void nonsenseInTheEnvironmentIsNoWatchdog() {
        for (String nonsense : List.of("", "-5", "soon", "99999999999999999999")) {
            environment.put("WATCHDOG_USEC", nonsense);
            heard().start(() -> "line", Runnable::run);
            notices.close();
        }
        assertThat(feeds()).isZero();
    }

    @Test
    void whyItWasNotHeardIsSaidOnce() {
        of((socket, message) -> {
                    throw new KernelException("sendto", Errno.ENOENT);
                })
                .ready("line");
        notices.stopping();
        assertThat(unheard).hasSize(1);
    }
}
