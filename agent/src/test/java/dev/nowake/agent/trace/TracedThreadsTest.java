package dev.nowake.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel notes of a thread is late, and until then another's: on a /proc of our making. */
class TracedThreadsTest {
    @TempDir
    Path root;

    private TracedThreads threads;
    private long micros;

    @BeforeEach
    void aHost() throws IOException {
        Files.createDirectories(root.resolve("proc/self/ns"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026531836]"));
        threads = new TracedThreads(root);
    }

    private void lives(int thread, int process) throws IOException {
        Path folder = Files.createDirectories(root.resolve("proc/" + thread));
        Files.writeString(folder.resolve("status"), "Name:\tdd\nTgid:\t" + process + "\nPid:\t" + thread + "\n");
    }

    private void ends(int thread) throws IOException {
        Files.delete(root.resolve("proc/" + thread + "/status"));
    }

    /** By an event of a thread, of which the kernel has noted this process. */
    private int process(int thread, int noted) {
        micros += 10;
        return threads.processOf(new FilemapLine("get_pages", thread, noted, 0, micros, 1, 1, 0, 4096));
    }

    @Test
    void aThreadThatLivesIsOfItsProcessWhateverIsNoted() throws IOException {
        lives(71, 70);
        assertThat(process(71, 4303)).as("the number's last owner").isEqualTo(70);
        assertThat(process(71, -1)).as("none").isEqualTo(70);
        assertThat(process(71, 70)).isEqualTo(70);
    }

    @Test
    void ofOneThatIsGoneTheNoteIsRight() throws IOException {
        assertThat(process(71, 70)).isEqualTo(70);
        assertThat(process(72, -1)).as("nothing is known").isEqualTo(72);
    }

    @Test
    void whatWasFoundIsKeptWhenTheThreadEnds() throws IOException {
        lives(71, 70);
        assertThat(process(71, 4303)).isEqualTo(70);
        ends(71);
        assertThat(process(71, 4303)).as("written before the kernel's note").isEqualTo(70);
        assertThat(process(71, 70)).isEqualTo(70);
    }

    @Test
    void aNumberMayBeAnothersAfterAWhile() throws IOException {
        lives(71, 70);
        assertThat(process(71, -1)).isEqualTo(70);
        lives(71, 71);
        micros += 2_000_000;
        assertThat(process(71, -1)).isEqualTo(71);
    }

    @Test
    void inANamespaceOfItsOwnProcTellsOfOthers() throws IOException {
        Files.delete(root.resolve("proc/self/ns/pid"));
        Files.createSymbolicLink(root.resolve("proc/self/ns/pid"), Path.of("pid:[4026532300]"));
        threads = new TracedThreads(root);
        lives(71, 9);
        assertThat(process(71, 70)).isEqualTo(70);
    }
}
