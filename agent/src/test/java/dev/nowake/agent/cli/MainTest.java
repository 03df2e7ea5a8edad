package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.fake.FakeKernel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What every verb has in common, and what happens when the kernel says no. */
class MainTest {
    private static final long MIB = 1L << 20;

    private final FakeKernel kernel = new FakeKernel();

    @Test
    void optionsMayStandBeforeAndAfterTheVerb() {
        kernel.addFile("/m/a.bin", MIB);
        String before =
                CliRun.on(kernel, "--output", "json", "residency", "/m/a.bin").out();
        String after =
                CliRun.on(kernel, "residency", "/m/a.bin", "--output=json").out();
        assertThat(before).isEqualTo(after).startsWith("{\"files\":");
        assertThat(CliRun.on(kernel, "--socket", "/s", "residency", "--state-dir", "/d", "/m/a.bin", "--binding=jnr")
                        .exit())
                .isZero();
    }

    @Test
    void theBindingAskedForIsTheOneOpened() {
        AtomicReference<Object> asked = new AtomicReference<>();
        CliRun.of(
                binding -> {
                    asked.set(binding);
                    return kernel;
                },
                file -> false,
                false,
                "doctor",
                "--binding",
                "jnr");
        assertThat(asked.get()).hasToString("JNR");
    }

    @Test
    void aBindingThatDoesNotWorkIsNotSupported() {
        CliRun.of(
                        binding -> {
                            throw new UnsupportedOperationException("this JVM denies native access");
                        },
                        file -> false,
                        false,
                        "doctor",
                        "--output=json")
                .failedWith(ExitCode.NOT_SUPPORTED, "not_supported", "denies native access");
    }

    @Test
    void misuseIsOneLineThatHelps() {
        CliRun.on(kernel, "--output=json").failedWith(ExitCode.USAGE, "usage", "which verb?");
        CliRun.on(kernel, "evikt", "--output", "json")
                .failedWith(ExitCode.USAGE, "usage", "no verb 'evikt'; did you mean 'evict'");
        CliRun.on(kernel, "prefetch", "--output=json").failedWith(ExitCode.USAGE, "usage", "nowake prefetch --help");
        CliRun.on(kernel, "evict", "--wait=-1", "/x", "--output=json").failedWith(ExitCode.USAGE, "usage", "--wait");
        CliRun.on(kernel, "evict", "--wait=NaN", "/x", "--output=json").failedWith(ExitCode.USAGE, "usage", "--wait");
        CliRun.on(kernel, "doctor", "--binding=c", "--output=json").failedWith(ExitCode.USAGE, "usage", "ffm or jnr");
        CliRun wrong = CliRun.on(kernel, "residency", "/x", "--output=xml");
        assertThat(wrong.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err().strip()).contains("xml").doesNotContain("\n");
    }

    @Test
    void helpListsEveryVerbAndExitCode() {
        CliRun help = CliRun.on(kernel, "--help");
        assertThat(help.exit()).isZero();
        assertThat(help.out()).contains("residency", "prefetch", "evict", "inspect", "doctor", "not supported here");
        assertThat(CliRun.on(kernel, "evict", "--help").out())
                .contains("--wait")
                .contains("--output");
        assertThat(CliRun.on(kernel, "--version").out()).startsWith("nowake ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"residency", "prefetch", "evict", "inspect"})
    void aMissingPath(String verb) {
        CliRun.on(kernel, verb, "--output=json", "/nope")
                .failedWith(ExitCode.FAILED, "not_found", "/nope: no such file or folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"residency", "prefetch", "evict", "inspect"})
    void noPermission(String verb) {
        Path path = kernel.addFile("/m/a.bin", MIB);
        kernel.script().failAt("statx", path, Errno.EACCES);
        CliRun.on(kernel, verb, "--output=json", "/m/a.bin")
                .failedWith(ExitCode.NOT_PERMITTED, "not_permitted", "permission denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"residency", "prefetch", "evict", "inspect"})
    void notAFile(String verb) {
        CliRun.real(verb, "--output=json", "/dev/null")
                .failedWith(ExitCode.USAGE, "not_a_file", "neither a regular file nor a folder");
    }

    @Test
    void aNameWithANewlineStaysOneLine() {
        CliRun.on(kernel, "residency", "--output=json", "/no\nsuch")
                .failedWith(ExitCode.FAILED, "not_found", "/no\\nsuch");
    }

    @Test
    void prefetchOfBrokenStorageIsPartlyDone() {
        Path broken = kernel.addFile("/m/a.bin", 100 * MIB);
        kernel.addFile("/m/b.bin", 10 * MIB);
        kernel.script().failAt("sendfile", broken, Errno.EIO);
        CliRun run = CliRun.on(kernel, "prefetch", "--output=json", "/m/a.bin", "/m/b.bin");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.json().get("requestedBytes").asLong()).isEqualTo(110 * MIB);
        assertThat(run.json().get("landedBytes").asLong()).isEqualTo(10 * MIB);
        assertThat(run.err().strip()).contains("EIO").doesNotContain("\n");
    }

    @Test
    void prefetchOfAFileDeletedOrShrunkMeanwhile() {
        Path shrinking = kernel.addFile("/m/a.bin", 100 * MIB);
        kernel.script().before("sendfile", call -> kernel.truncate(shrinking, MIB));
        CliRun run = CliRun.on(kernel, "prefetch", "--output=json", "/m/a.bin");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.err()).contains("shorter");
        assertThat(kernel.openDescriptors()).isZero();
    }

    @Test
    void pagesThatLeaveAgainBeforeTheEndDoNotCount() {
        Path first = kernel.addFile("/m/a.bin", 10 * MIB);
        Path second = kernel.addFile("/m/b.bin", 10 * MIB);
        kernel.script().before("sendfile", call -> {
            if (second.equals(call.path())) {
                kernel.dropPages(first);
            }
        });
        CliRun run = CliRun.on(kernel, "prefetch", "--output=json", "/m/a.bin", "/m/b.bin");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.json().get("landedBytes").asLong()).isEqualTo(10 * MIB);
    }

    @Test
    void fewDescriptorsMakePrefetchSlowerNotWrong() {
        String[] arguments = new String[22];
        arguments[0] = "prefetch";
        arguments[1] = "--output=json";
        for (int i = 2; i < arguments.length; i++) {
            arguments[i] = kernel.addFile("/m/" + i + ".bin", MIB).toString();
        }
        kernel.descriptorLimit(3);
        CliRun run = CliRun.on(kernel, arguments);
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.json().get("landedBytes").asLong()).isEqualTo(20 * MIB);
        assertThat(run.json().get("files").size()).isEqualTo(20);
        kernel.descriptorLimit(0);
        CliRun.on(kernel, "prefetch", "--output=json", "/m/2.bin")
                .failedWith(ExitCode.FAILED, "too_many_open_files", "ulimit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefetch", "evict", "inspect"})
    void filesThatMayNotBeOpened(String verb) {
        Path closed = kernel.addFile("/m/a.bin", MIB);
        Path other = kernel.addFile("/m/b.bin", MIB);
        kernel.script().failAt("open", closed, Errno.EACCES);
        CliRun some = CliRun.on(kernel, verb, "--output=json", "/m/a.bin", "/m/b.bin");
        assertThat(some.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(some.json().has("error")).isFalse();
        assertThat(some.err().strip()).contains("/m/a.bin: permission denied").doesNotContain("\n");
        kernel.script().failAt("open", other, Errno.EACCES);
        CliRun.on(kernel, verb, "--output=json", "/m/a.bin", "/m/b.bin")
                .failedWith(ExitCode.NOT_PERMITTED, "not_permitted", "(and 1 more file)");
    }

    @Test
    void memoryThatIsNotThereIsAnErrnoInTheAdvice() {
        kernel.addFile("/m/a.bin", 10 * MIB);
        kernel.script().fail("sendfile", Errno.ENOMEM);
        CliRun run = CliRun.on(kernel, "prefetch", "/m/a.bin");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(run.err()).contains("ENOMEM");
        assertThat(run.out()).startsWith("prefetched 0 B of 10.0 MiB");
    }

    @Test
    void aRefusedEvictionSaysWhy() throws Exception {
        Path path = kernel.addFile("/m/a.bin", 4 * MIB);
        kernel.process(9).open(path).map(0, 4 * MIB).touch(0, 4 * MIB);
        CliRun run =
                CliRun.of(binding -> kernel, file -> true, false, "evict", "--output=json", "--wait=0.1", "/m/a.bin");
        assertThat(run.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        JsonNode refused = run.json().get("refused").get(0);
        assertThat(refused.propertyNames()).containsExactly("path", "reason", "bytes");
        assertThat(refused.get("reason").asString()).isEqualTo("mapped");
        assertThat(refused.get("bytes").asLong()).isEqualTo(4 * MIB);
        CliRun table = CliRun.of(binding -> kernel, file -> true, false, "evict", "--wait=0", "/m/a.bin");
        assertThat(table.out()).contains("mapped");
        assertThat(table.err().strip()).contains("when it has ended").doesNotContain("\n");
    }

    @Test
    void anUnexpectedFailureIsOneLineAndItsTraceOnlyWithDebug() {
        kernel.addFile("/m/a.bin", MIB);
        kernel.script().before("cachestat", call -> {
            throw new IllegalStateException("made by a test");
        });
        CliRun.on(kernel, "residency", "--output=json", "/m/a.bin")
                .failedWith(ExitCode.FAILED, "failed", "made by a test");
        assertThat(CliRun.on(kernel, "residency", "--debug", "/m/a.bin").err()).contains("\tat ");
    }

    @Test
    void progressIsDrawnOnATerminalAndNowhereElse() {
        kernel.addFile("/m/a.bin", 64 * MIB);
        kernel.script().before("sendfile", call -> java.util.concurrent.locks.LockSupport.parkNanos(60_000_000));
        assertThat(CliRun.of(binding -> kernel, file -> false, true, "prefetch", "/m/a.bin")
                        .err())
                .contains("%")
                .contains("GB/s")
                .endsWith("\r\033[K");
        kernel.dropPages(Path.of("/m/a.bin"));
        assertThat(CliRun.on(kernel, "prefetch", "/m/a.bin").err()).isEmpty();
    }

    @Test
    void commandLinesAreSplitAtNul() {
        byte[] line = "java\0Main\0a\0\0".getBytes(StandardCharsets.US_ASCII);
        assertThat(RawArguments.split(line)).hasSize(4).last().isEqualTo(new byte[0]);
    }

    @Test
    void numbersForPeople() {
        assertThat(Sizes.of(0)).isEqualTo("0 B");
        assertThat(Sizes.of(1023)).isEqualTo("1023 B");
        assertThat(Sizes.of(1024)).isEqualTo("1.00 KiB");
        assertThat(Sizes.of(10239)).isEqualTo("10.0 KiB");
        assertThat(Sizes.of(100 << 20)).isEqualTo("100 MiB");
        assertThat(Sizes.percent(999, 1000)).isEqualTo(99);
        assertThat(Sizes.percent(0, 0)).isEqualTo(100);
        assertThat(Bar.of(0.999, 10)).isEqualTo("[#########.]");
        assertThat(Progress.line(1 << 30, 4L << 30, 500_000_000L))
                .contains("25%")
                .contains("2.15 GB/s");
        assertThat(Line.of("a\u001b[31mb")).isEqualTo("a\\x1b[31mb");
    }
}
