package dev.nowake.agent.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.Format;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleBookTest {
    private static final String UID = "0a1b2c3d-1111-2222-3333-444455556666";
    private static final int PID = 42;

    @TempDir
    Path host;

    @BeforeEach
    void aReaderInAPod() throws Exception {
        Path proc = Files.createDirectories(host.resolve("proc/" + PID));
        Files.writeString(
                proc.resolve("stat"),
                "42 (vllm worker) S 1 42 42 0 -1 4194560 1 0 0 0 5 5 0 0 20 0 1 0 1234 1000 10 18446744073709551615 0 0\n");
        Files.writeString(proc.resolve("status"), "Name:\tvllm worker\nUid:\t7\t1000\t1000\t1000\nGid:\t0\t0\t0\t0\n");
        Files.writeString(
                proc.resolve("cgroup"),
                "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + UID.replace('-', '_')
                        + ".slice/cri-containerd-abc.scope\n");
        Files.createDirectories(host.resolve("var/log/pods/prod_llama-0_" + UID));
        Files.createDirectories(host.resolve("var/log/pods/prod_other_ffffffff-1111-2222-3333-444455556666"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "-",
            value = {
                "{}                                        | -",
                "{path: /models/llama/**}                  | -",
                "{path: llama/*.safetensors}               | -",
                "{path: deep/*.safetensors}                | path deep/*.safetensors",
                "{path: [x, '**/a.safetensors']}           | -",
                "{path: [x, y, z]}                         | path x and 2 more",
                "{format: safetensors}                     | -",
                "{format: [gguf, safetensors]}             | -",
                "{format: [gguf, onnx]}                    | format gguf or onnx: the model is safetensors",
                "{size: '>=10GiB'}                         | -",
                "{size: '<10GiB'}                          | size <10GiB: the model has 10737418240 bytes",
                "{mount: ext4}                             | -",
                "{mount: fuse*}                            | mount fuse*: it is ext4",
                "{command: vllm*}                          | -",
                "{command: python*}                        | command python*: it is vllm worker",
                "{user: 1000}                              | -",
                "{user: 7}                                 | user 7: the reader's uid is 1000",
                "{user: root}                              | user root: the reader's uid is 1000",
                "{cgroup: /kubepods.slice/**}              | -",
                "{cgroup: /system.slice/*}                 | cgroup /system.slice/*: it is /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice/cri-containerd-abc.scope",
                "{pod: 0a1b2c3d-*}                         | -",
                "{pod: ffffffff-*}                         | pod ffffffff-*: it is 0a1b2c3d-1111-2222-3333-444455556666",
                "{pod: prod/llama-*}                       | -",
                "{pod: test/*}                             | pod test/*: it is prod/llama-0",
                "{format: gguf, command: nobody}           | format gguf: the model is safetensors",
                "{format: safetensors, command: nobody}    | command nobody: it is vllm worker",
            })
    void conditions(String match, String failed) throws Exception {
        Choice choice = choose("- {match: " + match + ", policy: none}\n", PID);
        if (failed == null) {
            assertThat(choice.name()).isEqualTo("rule 1");
            assertThat(choice.assignment().policy()).isEqualTo("none");
            assertThat(choice.passedOver()).isEmpty();
        } else {
            assertThat(choice.name()).isEqualTo("root /models");
            assertThat(choice.assignment().policy()).isEqualTo("load-and-release");
            assertThat(choice.passedOver()).extracting(PassedOver::condition).containsExactly(failed);
        }
    }

    @Test
    void theFirstThatMatchesWins() throws Exception {
        Choice choice = choose("""
                - {name: gguf, match: {format: gguf}, policy: none}
                - {name: ours, match: {format: safetensors, size: ">1GiB"}, policy: whole-file, mode: enforce,
                   fallback: {policy: load-and-release, args: {window: 1GiB}}}
                - {name: all, policy: none}
                """, PID);
        assertThat(choice.name()).isEqualTo("ours");
        assertThat(choice.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(choice.why()).isEqualTo("format safetensors, size >1GiB");
        assertThat(choice.passedOver())
                .extracting(passed -> passed.rule().name())
                .containsExactly("gguf");
        assertThat(choice.assignment().policy()).isEqualTo("whole-file");
        assertThat(choice.assignment().fallback()).isEqualTo("load-and-release");
        assertThat(choice.assignment().fallbackArgs()).containsEntry("window", 1L << 30);
        assertThat(choice.effective().mode()).isEqualTo(Mode.ENFORCE);
        assertThat(choice.rule().where()).endsWith("nowake.yaml:6");
    }

    @Test
    void everybodyWhoMayDecideStandsOnce() throws Exception {
        assertThat(book("[{policy: none}, {policy: whole-file, mode: enforce}, {match: {user: 0}, policy: none}]")
                        .standing(Modes.CONFIGURED))
                .extracting(one -> one.assignment().policy() + " " + one.mode().label())
                .containsExactly("none observe", "whole-file enforce", "none enforce", "load-and-release observe");
    }

    @Test
    void theDeepestRootsOwnPolicyIsTheLastResort() throws Exception {
        Choice choice = book("[]").choose(subject(Path.of("/models/deep/a.gguf"), PID));
        assertThat(choice.name()).isEqualTo("root /models/deep");
        assertThat(choice.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(choice.assignment().policy()).isEqualTo("none");
        assertThat(choice.why()).isEqualTo("there are no rules: the root's own policy");
    }

    @Test
    void aRelativePatternIsHeldAgainstEveryRootAbove() throws Exception {
        Path file = Path.of("/models/deep/a.gguf");
        for (String pattern : new String[] {"deep/*", "a.gguf"}) {
            assertThat(book("[{match: {path: '" + pattern + "'}, policy: none}]")
                            .choose(subject(file, PID))
                            .name())
                    .as(pattern)
                    .isEqualTo("rule 1");
        }
    }

    @Test
    void aReaderThatIsGoneOrUnknownMatchesNoConditionAboutIt() throws Exception {
        assertThat(choose("- {match: {command: '*'}, policy: none}\n", 99).passedOver())
                .extracting(PassedOver::condition)
                .containsExactly("command *: the reader (pid 99) is gone");
        assertThat(choose("- {match: {user: 0}, policy: none}\n", 0).passedOver())
                .extracting(PassedOver::condition)
                .containsExactly("user 0: the reader is not known");
        assertThat(choose("- {match: {pod: '*'}, policy: none}\n", 0).passedOver())
                .extracting(PassedOver::condition)
                .containsExactly("pod *: the reader is not known");
    }

    @Test
    void aReaderOutsideOfPodsAndAPodWithoutAName() throws Exception {
        Files.writeString(host.resolve("proc/42/cgroup"), "0::/user.slice/session-1.scope\n");
        assertThat(choose("- {match: {pod: '**'}, policy: none}\n", PID).passedOver())
                .extracting(PassedOver::condition)
                .containsExactly("pod **: the reader is in no pod");
        Files.writeString(host.resolve("proc/42/cgroup"), "0::/kubepods/besteffort/podabcdef01-2222/x\n");
        assertThat(choose("- {match: {pod: 'prod/*'}, policy: none}\n", PID).passedOver())
                .extracting(PassedOver::condition)
                .containsExactly("pod prod/*: the name of pod abcdef01-2222 is unknown");
    }

    @Test
    void theReaderIsNotAskedAboutWhereNoRuleNeedsIt() throws Exception {
        Reader untouchable = new Reader(null, PID); // reading below no root would throw
        Subject subject =
                new Subject(Path.of("/models/llama/a.safetensors"), Format.SAFETENSORS, 10L << 30, "ext4", untouchable);
        assertThat(book("[{match: {format: gguf, command: x}, policy: none}]")
                        .choose(subject)
                        .name())
                .isEqualTo("root /models");
    }

    @Test
    void namesThatAreNoTextGoByTheirLabel() throws Exception {
        Path odd = PathBytes.path(new byte[] {'/', 'm', 'o', 'd', 'e', 'l', 's', '/', 'a', (byte) 0xff, '\n', 'b'});
        assertThat(book("[{match: {path: \"a\\\\\\\\xff\\nb\"}, policy: none}]")
                        .choose(subject(odd, PID))
                        .name())
                .isEqualTo("rule 1");
        assertThat(book("[{match: {path: 'a*b'}, policy: none}]")
                        .choose(subject(odd, PID))
                        .name())
                .isEqualTo("rule 1");
    }

    @ParameterizedTest
    @CsvSource({
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podaaaaaaaa_bbbb.slice/cri-containerd-1.scope, aaaaaaaa-bbbb",
        "/kubepods.slice/kubepods-podaaaaaaaa_bbbb.slice/crio-1.scope, aaaaaaaa-bbbb",
        "/kubepods/burstable/podaaaaaaaa-bbbb/0123, aaaaaaaa-bbbb",
        "/kubepods/podaaaaaaaa-bbbb/0123, aaaaaaaa-bbbb",
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-podaaaaaaaa_bbbb.slice/x, aaaaaaaa-bbbb",
        "/system.slice/containerd.service/kubepods-burstable-podaaaaaaaa_bbbb.slice:cri-containerd:1, aaaaaaaa-bbbb",
        "/user.slice/podaaaaaaaa-bbbb, ",
        "/kubepods.slice, ",
        "/, ",
        "/kubepods/podzzzzzzzz, ",
    })
    void podsOfCgroups(String cgroup, String uid) {
        assertThat(Pod.uid(cgroup).orElse(null)).isEqualTo(uid);
    }

    private Choice choose(String rules, int pid) throws Exception {
        return book("\n" + rules).choose(subject(Path.of("/models/llama/a.safetensors"), pid));
    }

    private Subject subject(Path path, int pid) {
        return new Subject(path, Format.SAFETENSORS, 10L << 30, "ext4", new Reader(host, pid));
    }

    private RuleBook book(String rules) throws Exception {
        String text = "roots:\n- path: /models\n- {path: /models/deep, policy: none, mode: enforce}\nrules: " + rules;
        Config config =
                ConfigFile.read(Files.write(host.resolve("nowake.yaml"), text.getBytes(StandardCharsets.UTF_8)));
        return new RuleBook(config, name -> Map.of());
    }
}
