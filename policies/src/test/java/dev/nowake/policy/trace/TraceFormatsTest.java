package dev.nowake.policy.trace;

import static dev.nowake.policy.trace.Traces.access;
import static dev.nowake.policy.trace.Traces.file;
import static dev.nowake.policy.trace.Traces.read;
import static dev.nowake.policy.trace.Traces.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Scanner;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TraceFormatsTest {
    @Provide
    Arbitrary<Trace> traces() {
        return Traces.traces();
    }

    @Property(tries = 300)
    void jsonKeepsEverything(@ForAll("traces") Trace trace) throws Exception {
        assertThat(read(written(TraceFormat.JSON, trace))).isEqualTo(trace);
    }

    @Property(tries = 300)
    void maioKeepsWhatItCanHoldOrRefuses(@ForAll("traces") Trace trace) throws Exception {
        boolean fits = trace.files().stream().allMatch(each -> fits(each.name().bytes()));
        if (!fits) {
            assertThatThrownBy(() -> written(TraceFormat.MAIO, trace))
                    .isInstanceOf(TraceException.class)
                    .hasMessageContaining("maio format cannot hold");
            return;
        }
        byte[] bytes = written(TraceFormat.MAIO, trace);
        if (trace.accesses().isEmpty()) {
            assertThat(bytes).isEmpty();
            return;
        }
        Trace back = read(bytes);
        assertThat(back.accesses()).hasSameSizeAs(trace.accesses());
        for (int i = 0; i < back.accesses().size(); i++) {
            Access before = trace.accesses().get(i);
            Access after = back.accesses().get(i);
            assertThat(after.range()).isEqualTo(before.range());
            assertThat(after.node()).isEqualTo(Math.max(0, before.node()));
            assertThat(back.files().get(after.file())).isEqualTo(trace.files().get(before.file()));
        }
    }

    private static boolean fits(byte[] name) {
        boolean plain = name[0] != '{';
        for (byte b : name) {
            plain &= b != ' ' && (b < '\t' || b > '\r');
        }
        return plain;
    }

    /** What maio does with a line: four words, the numbers unsigned and decimal, the rest unread. */
    @Test
    void maioFindsItsFourWords() throws Exception {
        Trace trace = Traces.of(
                List.of(file("/models/a-00001-of-00002.safetensors"), file("/models/b")),
                access(0, 0, 4096),
                new Access(1, 8192, 4096, -1, 5, 7),
                access(0, 4096, 1));
        String text = new String(written(TraceFormat.MAIO, trace), StandardCharsets.UTF_8);
        assertThat(text).doesNotContain("#");
        StringBuilder seen = new StringBuilder();
        for (String line : text.lines().toList()) {
            try (Scanner words = new Scanner(line)) {
                seen.append(words.next())
                        .append('|')
                        .append(words.nextLong())
                        .append('|')
                        .append(words.nextLong())
                        .append('|')
                        .append(words.nextInt())
                        .append('\n');
            }
        }
        assertThat(seen)
                .hasToString("/models/a-00001-of-00002.safetensors|0|4096|0\n/models/b|8192|4096|0\n"
                        + "/models/a-00001-of-00002.safetensors|4096|1|0\n");
    }

    @Test
    void aTraceMaioWroteHasNoIdentity() throws Exception {
        Trace trace = read("/cache/x 0 16384 3\n\n/cache/x\t16384  16384 3 \n/cache/y 0 1 0");
        assertThat(trace.files()).hasSize(2);
        assertThat(trace.files().getFirst().hasIdentity()).isFalse();
        assertThat(trace.files().getFirst().difference(5, 5)).isNull();
        assertThat(trace.accesses()).hasSize(3).first().isEqualTo(new Access(0, 0, 16384, 3, -1, -1));
        assertThat(trace.header().source()).isEqualTo(TraceHeader.Source.UNKNOWN);
    }

    @Test
    void anotherVersionOfAFileIsTold() {
        TraceFile recorded = new TraceFile(TraceName.of("/m"), 100, 1_000_000_002L);
        assertThat(recorded.difference(100, 1_000_000_002L)).isNull();
        assertThat(recorded.difference(101, 1_000_000_002L)).isEqualTo("its size was 100 bytes and is 101");
        assertThat(recorded.difference(100, 2_000_000_000L))
                .contains("1.000000002")
                .contains("2.000000000");
        assertThat(new TraceFile(TraceName.of("/m"), 1, -1).difference(1, 0)).contains("-1.999999999");
    }

    @Test
    void membersNotKnownArePassedOver() throws Exception {
        Trace trace = read("""
                {"nowakeTrace":1,"host":{"name":["x"]},"files":1}
                {"path":"/m","inode":5}
                {"file":0,"offset":1,"length":2,"kind":"fault"}
                """);
        assertThat(trace.accesses()).containsExactly(new Access(0, 1, 2, -1, -1, -1));
    }
}
