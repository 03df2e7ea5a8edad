package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon that gets no processor for a while hears of opens when they have long been closed. */
@Tag("kernel")
final class LateEventsTest {
    private static void signal(DaemonProcess daemon, String name) throws Exception {
        Reader.run("kill", "-" + name, Long.toString(daemon.pid()));
    }

    private static void readAll(List<Path> shards) throws Exception {
        try (Reader reader = Reader.start()) {
            for (Path shard : shards) {
                reader.open(shard).act("read").act("close");
            }
            reader.kill();
        }
    }

    /** Pages are looked at when the daemon is gone: to look is to open the files, and this process is not the daemon's. */
    private static void leavesNothing(Rig rig, DaemonProcess daemon, List<Path> shards) throws Exception {
        rig.awaitQuiet();
        assertThat(rig.counter("errors")).isZero();
        daemon.kill();
        assertThat(rig.resident(shards)).isZero();
    }

    private static void isOneAndLeavesNothing(Rig rig, DaemonProcess daemon, List<Path> shards) throws Exception {
        rig.awaitLoadsDone(1);
        rig.awaitQuiet();
        assertThat(rig.counter("loads")).isEqualTo(1);
        leavesNothing(rig, daemon, shards);
    }

    @Test
    void aLoadThatIsOverBeforeAnyOfItWasHeardIsOneAndLeavesNothing() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 4);
            try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                signal(daemon, "STOP");
                readAll(shards);
                signal(daemon, "CONT");
                isOneAndLeavesNothing(rig, daemon, shards);
            }
        }
    }

    @Test
    void aLoadOfWhichOnlyTheStartWasHeardInTimeIsOneAndLeavesNothing() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 4);
            try (DaemonProcess daemon = DaemonProcess.start(rig);
                    Reader reader = Reader.start()) {
                reader.open(shards.getFirst());
                rig.awaitCounter("opens", 1);
                signal(daemon, "STOP");
                reader.act("read").act("close");
                for (Path shard : shards.subList(1, 4)) {
                    reader.open(shard).act("read").act("close");
                }
                reader.kill();
                signal(daemon, "CONT");
                isOneAndLeavesNothing(rig, daemon, shards);
            }
        }
    }

    /** Somebody who only looks, again and again, makes nobody else's pages his. */
    @ParameterizedTest
    @ValueSource(strings = {"demo", "residency"})
    void whoLooksMeanwhileWithOneOfOurVerbsChangesNothing(String verb) throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 4);
            try (DaemonProcess daemon = DaemonProcess.start(rig)) { // has seen all of them while nobody looked
                Process looker = looker(rig, verb, shards);
                try {
                    for (int load = 1; load <= 3; load++) {
                        signal(daemon, "STOP");
                        readAll(shards);
                        Thread.sleep(50); // and it is looked at again
                        signal(daemon, "CONT");
                        rig.awaitLoadsDone(load);
                        rig.awaitQuiet();
                    }
                    leavesNothing(rig, daemon, shards);
                } finally {
                    looker.destroyForcibly().onExit().join();
                }
            }
        }
    }

    /** Opens every file for a moment, every few milliseconds, with the command line of a verb of ours. */
    private static Process looker(Rig rig, String verb, List<Path> shards) throws IOException {
        StringBuilder script = new StringBuilder("while :; do\n");
        shards.forEach(shard -> script.append("exec 3< ").append(shard).append("\nexec 3<&-\n"));
        script.append("read -r -t 0.02 <> <(:)\ndone\n");
        Path file = Files.writeString(rig.folder.resolve("looker"), script);
        return new ProcessBuilder("bash", "-c", "exec -a java bash " + file + " dev.nowake.agent.cli.Main " + verb)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
