package dev.nowake.policy.trace;

import static dev.nowake.policy.trace.Traces.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileTraceTest {
    private static final String HEAD = "{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"/m\"}\n";

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "/m 0 0 0 => line 1: the length is 0",
                "/m -1 5 0 => line 1: the offset is no decimal number",
                "/m 0x10 5 0 => line 1: the offset is no decimal number",
                "/m 0 1.5 0 => line 1: the length is no decimal number",
                "/m 9223372036854775808 1 0 => line 1: the offset is larger than 9223372036854775807",
                "/m 9223372036854775807 1 0 => line 1: offset and length exceed every file",
                "/m 0 1 256 => line 1: the node is larger than 255",
                "/m 0 1 => line 1: expected 'path offset length node', found 3 words; the file may have been cut",
                "/m 0 1 0 size= => line 1: the size is missing",
                "/m 0 1 0 mtime=x => line 1: the mtime is no decimal number",
            })
    void maioSaysWhichLineAndWhy(String line, String message) {
        assertThatThrownBy(() -> read(line)).isInstanceOf(TraceException.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "{} => no trace",
                "{\"nowakeTrace\":2} => a trace of version 2",
                "{\"nowakeTrace\":\"1\"} => is no whole number",
                "{\"nowakeTrace\":1,\"files\":70000} => 'files' is 70000",
                "{\"nowakeTrace\":1,\"files\":3} => it was cut",
                "{\"nowakeTrace\":1,\"startSeconds\":1e999} => startSeconds",
                "{\"nowakeTrace\":1,\"files\":1 => the file may have been cut",
            })
    void jsonHeadsThatAreNone(String line, String message) {
        assertThatThrownBy(() -> read(line)).isInstanceOf(TraceException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "{\"file\":1,\"offset\":0,\"length\":1} => file 1 is none of the 1 files above",
                "{\"file\":0,\"offset\":-1,\"length\":1} => 'offset' is -1",
                "{\"file\":0,\"offset\":0,\"length\":0} => not an access",
                "{\"file\":0,\"offset\":9223372036854775807,\"length\":1} => not an access",
                "{\"file\":0,\"offset\":99999999999999999999,\"length\":1} => line 3",
                "{\"file\":0,\"offset\":1.5,\"length\":1} => 'offset' is no whole number",
                "{\"file\":0,\"offset\":0,\"length\":1,\"pid\":4294967296} => 'pid' is 4294967296",
                "{\"file\":0,\"offset\":0 => the file may have been cut",
                "[[[[[[[[[[[[[[[[[[[[ => not a JSON object",
            })
    void jsonLinesThatAreNone(String line, String message) {
        assertThatThrownBy(() -> read(HEAD + line))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith("line 3: ")
                .hasMessageContaining(message);
    }

    @Test
    void namesThatAreNone() {
        assertThatThrownBy(() -> read("{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"/m\",\"pathBase64\":\"!\"}"))
                .hasMessage("line 2: a path in broken base64");
        assertThatThrownBy(() -> read("{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"a\\u0000b\"}"))
                .hasMessage("line 2: a path with a NUL in it");
        assertThatThrownBy(() -> read("{\"nowakeTrace\":1,\"files\":2}\n{\"path\":\"/m\"}\n{\"path\":\"/m\"}"))
                .hasMessage("a file stands twice: /m");
        assertThatThrownBy(() -> read("")).hasMessage("the trace is empty");
    }

    @Test
    void aHugeLineIsNotKept() {
        byte[] line = new byte[TraceLines.MAX_LINE_BYTES + 1];
        Arrays.fill(line, (byte) 'x');
        assertThatThrownBy(() -> read(line)).hasMessage("line 1: longer than 49152 bytes: this is no trace");
    }

    /** A gigabyte of lines that are sound, one of blank lines, and one without any line. */
    @Test
    @Timeout(60)
    void agigabyteIsBounded() {
        assertThatThrownBy(() -> TraceFormat.read(new Endless("/models/m 4096 4096 0\n")))
                .hasMessage("line 524289: more than 524288 accesses");
        assertThatThrownBy(() -> TraceFormat.read(new Endless("\n")))
                .hasMessageEndingWith("the trace is larger than 512 MiB");
        assertThatThrownBy(() -> TraceFormat.read(new Endless("x"))).hasMessageContaining("longer than");
    }

    /** The same text over and over, a gigabyte of it. */
    private static final class Endless extends InputStream {
        private final byte[] text;
        private long left = 1L << 30;
        private int at;

        Endless(String text) {
            this.text = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read() {
            if (left-- <= 0) {
                return -1;
            }
            at = at == text.length ? 0 : at;
            return text[at++];
        }
    }

    @Provide
    Arbitrary<Trace> traces() {
        return Traces.traces();
    }

    /** Cut anywhere and with any byte changed: a trace or one clear line, nothing else. */
    @Property(tries = 500)
    void brokenTracesAreRefusedOrRead(
            @ForAll("traces") Trace trace, @ForAll int cut, @ForAll int place, @ForAll byte other) throws Exception {
        byte[] bytes = Traces.written(TraceFormat.JSON, trace);
        byte[] broken = Arrays.copyOf(bytes, Math.floorMod(cut, bytes.length) + 1);
        broken[Math.floorMod(place, broken.length)] = other;
        refusedOrRead(broken);
    }

    @Property(tries = 500)
    void noiseIsRefusedOrRead(@ForAll byte[] noise) throws IOException {
        refusedOrRead(noise);
    }

    private static void refusedOrRead(byte[] bytes) throws IOException {
        try {
            assertThat(read(bytes).accesses()).isNotNull();
        } catch (TraceException told) {
            assertThat(told.getMessage()).doesNotContain("\n").isNotBlank();
        } catch (RuntimeException | Error unclear) {
            fail("not told but thrown", unclear);
        }
    }
}
