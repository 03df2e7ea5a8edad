package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nowake.model.Format;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleReaderTest {
    /** One argument of each kind; two of them a rule must give. */
    private static final Policy CHOOSY = new Policy() {
        @Override
        public String name() {
            return "choosy";
        }

        @Override
        public Map<String, Argument> arguments() {
            return Map.of(
                    "size", new Argument.Size((Long) null),
                    "trace", new Argument.Text(null),
                    "share", new Argument.Decimal(0.5),
                    "count", new Argument.Count(3),
                    "eager", new Argument.Flag(false),
                    "order", new Argument.Choice("up", List.of("up", "down")));
        }
    };

    private static final KnownPolicies POLICIES = KnownPolicies.of(
            name -> name.equals("choosy") ? Optional.of(CHOOSY) : BuiltinPolicies.named(name),
            () -> List.of("choosy", "none", "whole-file"));

    @TempDir
    Path folder;

    @Test
    void everyKey() throws Exception {
        Config config = read("""
                policies: [/etc/nowake/policies, /opt/p]
                rules:
                - name: vllm
                  match:
                    path: ["llama/**", /x]
                    format: [safetensors, gguf]
                    size: 1GiB..10GiB
                    command: vllm*
                    user: root
                    cgroup: /kubepods.slice/**
                    pod: prod/*
                    mount: fuse*
                  policy: choosy
                  args: {size: 1MiB, trace: /a b, share: -1.5, count: 4, eager: true, order: down}
                  mode: enforce
                  fallback: none
                - policy: whole-file
                """);
        assertThat(config.policies()).containsExactly(Path.of("/etc/nowake/policies"), Path.of("/opt/p"));
        Rule rule = config.rules().getFirst();
        assertThat(rule.name()).isEqualTo("vllm");
        assertThat(rule.where()).isEqualTo(file() + ":3");
        assertThat(rule.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(rule.policy()).isEqualTo("choosy");
        assertThat(rule.args())
                .isEqualTo(Map.of(
                        "size", 1L << 20, "trace", "/a b", "share", -1.5, "count", 4L, "eager", true, "order", "down"));
        assertThat(rule.fallback()).isEqualTo(new Rule.Fallback("none", Map.of()));
        assertThat(rule.match())
                .isEqualTo(new Match(
                        List.of(Glob.of("llama/**"), Glob.of("/x")),
                        List.of(Format.SAFETENSORS, Format.GGUF),
                        new SizeRange(1L << 30, 10L << 30, "1GiB..10GiB"),
                        Glob.of("vllm*"),
                        new Match.User("root", 0),
                        Glob.of("/kubepods.slice/**"),
                        Glob.of("prod/*"),
                        Glob.of("fuse*")));
        Rule second = config.rules().getLast();
        assertThat(second.name()).isEqualTo("rule 2");
        assertThat(second.match()).isEqualTo(Match.EVERYTHING);
        assertThat(second.mode()).isNull();
        assertThat(second.fallback()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{}                                          | a rule needs 'policy', the name of who decides",
                "just words                                  | a rule is keys and values, such as {match: {command: vllm}, policy: none}",
                "{polcy: none, policy: none}                 | unknown key 'polcy'; did you mean 'policy'?",
                "{policy: nono}                              | no policy 'nono'; did you mean 'none'?",
                "{policy: chosy}                             | no policy 'chosy'; did you mean 'choosy'?",
                "{policy: [none]}                            | expected one value",
                "{policy: none, args: {x: 1}}                | unknown key 'x'",
                "{policy: choosy, args: {size: 1MiB}}        | policy 'choosy' needs the argument 'trace': give args: {trace: ...}",
                "{policy: choosy, args: {size: 1MiB, trace: a, share: NaN}} | argument 'share': 'NaN' is not a number: write one such as 0.5",
                "{policy: choosy, args: {size: 1MiB, trace: a, eager: yes}} | argument 'eager': 'yes' is neither true nor false",
                "{policy: choosy, args: {size: 1MiB, trace: a, shar: 1}}    | unknown key 'shar'; did you mean 'share'?",
                "{policy: choosy, args: {size: 7, trace: a}} | argument 'size': '7' is not a size: write a number with a unit, such as 512MiB",
                "{policy: none, mode: maybe}                 | mode is 'observe' or 'enforce', not 'maybe'",
                "{policy: none, fallback: nono}              | no policy 'nono'; did you mean 'none'?",
                "{policy: none, fallback: {}}                | a fallback needs 'policy', the name of who stands in",
                "{policy: none, fallback: {policy: none, args: {x: 1}}} | unknown key 'x'",
                "{policy: none, name: \"\"}                  | a rule's name is one line of at most 64 characters",
                "{policy: none, match: [x]}                  | expected keys and values (cgroup, command, format, mount, path, pod, size, user)",
                "{policy: none, match: {comand: x}}          | unknown key 'comand'; did you mean 'command'?",
                "{policy: none, match: {path: []}}           | the list is empty: nothing would ever match",
                "{policy: none, match: {path: {a: b}}}       | expected one value",
                "{policy: none, match: {path: '{a'}}         | the pattern '{a' has a '{' without '}'",
                "{policy: none, match: {path: ''}}           | a pattern is empty",
                "{policy: none, match: {command: [a, b]}}    | expected one value",
                "{policy: none, match: {format: gguv}}       | no format 'gguv': known are gguf, onnx, safetensors, torch-pickle, torch-zip, unknown; did you mean 'gguf'?",
                "{policy: none, match: {size: 10}}           | '10' is no range of sizes: write >=10GiB, <1GiB or 1GiB..10GiB",
                "{policy: none, match: {user: no-such-user}} | no user 'no-such-user' in /etc/passwd: write the number (id -u no-such-user)",
                "{policy: none, match: {user: -1}}           | no user '-1' in /etc/passwd: write the number (id -u -1)",
            })
    void whatIsWrongIsToldWithItsLine(String rule, String message) throws Exception {
        assertThat(errors("rules:\n- " + rule + "\n")).containsExactly(file() + ":2: " + message);
    }

    @Test
    void replayTakesTheNodeItsDocumentPromises() throws Exception {
        String rule = "rules: [{policy: replay, args: {trace: /t, node: %s}}]\n";
        assertThat(read(rule.formatted("trace")).rules().getFirst().args()).containsEntry("node", "trace");
        assertThat(read(rule.formatted("reader")).rules().getFirst().args()).containsEntry("node", "reader");
        assertThat(errors(rule.formatted("nearest")))
                .containsExactly(
                        file() + ":1: argument 'node': 'nearest' is none of reader, trace; did you mean 'reader'?");
    }

    @Test
    void everyMissingArgumentIsTold() throws Exception {
        assertThat(errors("rules:\n- policy: choosy\n"))
                .containsExactly(
                        file() + ":2: policy 'choosy' needs the argument 'size': give args: {size: 1GiB}",
                        file() + ":2: policy 'choosy' needs the argument 'trace': give args: {trace: ...}");
    }

    @Test
    void allErrorsOfAllRulesAtOnce() throws Exception {
        assertThat(errors("""
                rules:
                - {name: a, policy: none}
                - name: a
                  match: {size: x, path: '['}
                  policy: nope
                policies: etc
                """))
                .containsExactlyInAnyOrder(
                        file() + ":3: two rules are named 'a', the other at " + file() + ":2",
                        file() + ":4: 'x' is no range of sizes: write >=10GiB, <1GiB or 1GiB..10GiB",
                        file() + ":4: the pattern '[' has a '[' without ']'",
                        file() + ":5: no policy 'nope'; did you mean 'none'?",
                        file() + ":6: 'policies' must be a list of folders, such as policies: [/etc/nowake/policies]");
        assertThat(errors("rules: {}\npolicies: [here]\n"))
                .containsExactly(
                        file() + ":1: 'rules' must be a list, such as rules: [{match: {command: vllm}, policy: none}]",
                        file() + ":2: a policy folder is an absolute path, such as /etc/nowake/policies");
    }

    @Test
    void policyFoldersCanBeReadBeforeThePoliciesAreKnown() throws Exception {
        Files.writeString(file(), "rules: [{policy: not-known-yet}]\npolicies: [/p]\nwhatever: 1\n");
        assertThat(ConfigFile.policyFolders(file())).containsExactly(Path.of("/p"));
        Files.writeString(file(), "[1, 2]");
        assertThat(ConfigFile.policyFolders(file())).isEmpty();
    }

    private Path file() {
        return folder.resolve("nowake.yaml");
    }

    private Config read(String text) throws IOException, ConfigException {
        return ConfigFile.read(Files.writeString(file(), text), POLICIES);
    }

    private List<String> errors(String text) throws Exception {
        Files.writeString(file(), text);
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> ConfigFile.read(file(), POLICIES));
        assertThat(failure).as("the configuration was taken").isNotNull();
        return failure.getMessage().lines().toList();
    }
}
