package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ConsoleTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private Console console(boolean priorities) {
        return new Console(new PrintStream(heard, true, StandardCharsets.UTF_8), priorities, nanos::get);
    }

    private List<String> lines() {
        return heard.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static void see(Console console, String line) {
        JournalEntry entry = SentenceTest.entry(line);
        console.see(entry.lineKind(), entry.raw());
    }

    private static String error(int number) {
        return "{\"kind\":\"error\",\"reason\":\"no " + number + "\"}";
    }

    private static String done(int number) {
        return "{\"kind\":\"done\",\"model\":\"m" + number + "\"}";
    }

    @Test
    void whatIsNoteworthyIsToldWithItsPriority() throws Exception {
        List<String> expected = new ArrayList<>();
        try (Console console = console(true)) {
            List<String> made = SentenceTest.resource("lines.jsonl");
            List<String> said = SentenceTest.resource("sentences.txt");
            for (int i = 0; i < made.size(); i++) {
                JournalEntry entry = SentenceTest.entry(made.get(i));
                if (entry.lineKind() != null) {
                    see(console, made.get(i));
                }
                Priority priority = Priority.of(entry);
                if (priority != Priority.DEBUG) {
                    String text = said.get(i).substring(said.get(i).indexOf("| ") + 2);
                    expected.add("<" + priority.level() + ">" + text);
                }
            }
        }
        assertThat(lines()).isEqualTo(expected).hasSizeGreaterThan(15);
    }

    @Test
    void aFloodIsSummedUpAndTroubleIsHeardLongest() {
        try (Console console = console(false)) {
            for (int i = 0; i < 1_000; i++) {
                see(console, done(i));
            }
            await().until(() -> lines().size() == 45);
            see(console, error(1));
            await().until(() -> lines().size() == 46);
            assertThat(lines().getLast()).isEqualTo("no 1");
            for (int i = 0; i < 100; i++) {
                see(console, error(i));
            }
            await().until(() -> lines().size() == 60);
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            console.idle();
            await().until(() -> lines().size() == 61);
            assertThat(lines().getLast())
                    .isEqualTo("1041 more lines in 60.0 s, 86 of them warnings or errors: see 'nowake journal'");
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            console.idle();
            see(console, done(7));
            await().until(() -> lines().size() == 62);
            assertThat(lines().getLast()).startsWith("m7: ");
        }
    }

    @Test
    void nobodyWaitsForAReaderThatReadsNothing() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        PrintStream stuck = new PrintStream(new OutputStream() {
            @Override
            public void write(int one) {
                try {
                    never.await();
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        long began = System.nanoTime();
        Console console = new Console(stuck, false, nanos::get);
        for (int i = 0; i < 10_000; i++) {
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            see(console, error(i));
        }
        console.close();
        never.countDown();
        assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void theServiceManagersStreamIsKnownByItsNumbers() throws Exception {
        Path stream = Files.writeString(folder.resolve("stream"), "");
        String numbers = Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");
        assertThat(Console.isServiceJournal(numbers, stream)).isTrue();
        assertThat(Console.isServiceJournal(numbers + "1", stream)).isFalse();
        assertThat(Console.isServiceJournal(null, stream)).isFalse();
        assertThat(Console.isServiceJournal("", stream)).isFalse();
        assertThat(Console.isServiceJournal(numbers, folder.resolve("absent"))).isFalse();
    }
}
