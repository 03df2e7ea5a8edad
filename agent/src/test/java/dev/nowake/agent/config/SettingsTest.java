package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final String EVERYTHING = """
            mode: enforce
            roots:
            - {path: "/a: b", args: {window: 64GiB}}
            - {path: /b, policy: whole-file, mode: observe}
            - {path: /c, enabled: false}
            policies: [/p, "/q #r"]
            inFlight: {mountMax: 4MiB}
            rules:
            - name: "no"
              match: {path: ["**/*.gguf", x], format: gguf, size: ">=1GiB", user: 0, command: "{a,b}*", pod: "*"}
              policy: load-and-release
              args: {room: reclaim}
              fallback: {policy: load-and-release, args: {window: 1GiB}}
            - policy: none
              fallback: whole-file
              mode: observe
            mirrors:
            - {remote: /mnt/far, local: /near}
            - {name: "7", remote: /mnt/farther, local: /near by, budget: 1GiB, lookahead: 0, vanished: remove, mode: observe}
            - {remote: /mnt/x, local: /x, enabled: false}
            metrics: {listen: "[::1]:9469"}
            journal: {age: 1d12h}
            control: {group: nowake}
            """;

    @TempDir
    Path folder;

    @Test
    void whatIsShownIsReadAsTheSame() throws Exception {
        for (String text : List.of(EVERYTHING, "", "roots: [{path: /models}]\n")) {
            LoadedConfig loaded = load(text);
            String shown = LoadedConfig.yaml(loaded.settings(KnownPolicies.BUILTIN));
            Config again = load(shown).config();
            assertThat(rulesWithoutPlaces(again)).isEqualTo(rulesWithoutPlaces(loaded.config()));
            assertThat(again.roots()).isEqualTo(loaded.config().roots());
            assertThat(again.service()).isEqualTo(loaded.config().service());
            assertThat(again.inFlight()).isEqualTo(loaded.config().inFlight());
            assertThat(again.mirrors()).isEqualTo(loaded.config().mirrors());
            assertThat(again.policies()).isEqualTo(loaded.config().policies());
        }
    }

    @Test
    void everyValueSaysWhereItCameFrom() throws Exception {
        String shown = LoadedConfig.yaml(load(EVERYTHING).settings(KnownPolicies.BUILTIN));
        Path file = file();
        assertThat(shown.lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "mode: enforce # " + file + ":1",
                        " - path: \"/a: b\" # " + file + ":3",
                        " policy: load-and-release # default",
                        " mode: enforce # " + file + ":1",
                        " window: 64GiB # " + file + ":3",
                        " leftovers: keep # default of load-and-release",
                        " # lookaheadFiles: no limit # default of load-and-release",
                        " - \"/q #r\" # " + file + ":6",
                        " max: 256MiB # default",
                        " path: [\"**/*.gguf\", x] # " + file + ":10",
                        " age: 1d12h # " + file + ":22",
                        " - remote: /mnt/far # " + file + ":18",
                        " mode: enforce # " + file + ":1",
                        " timeout: 30s # default",
                        " - name: 7 # " + file + ":19",
                        " lookahead: 0 # " + file + ":19",
                        " size: 256MiB # default",
                        " admins: null # default");
        assertThat(load(EVERYTHING).settings(KnownPolicies.BUILTIN))
                .extracting(Setting::path)
                .contains("roots[0].args.window", "rules[0].match.path", "policies[1]", "journal.age")
                .doesNotHaveDuplicates();
    }

    @Property
    void anyTextIsReadAgainAsItself(@ForAll String text) throws Exception {
        YamlNode node =
                YamlNode.parse(Path.of("/x"), "a: [" + YamlText.scalar(text) + "]\nb: " + YamlText.scalar(text));
        assertThat(node).isInstanceOfSatisfying(YamlNode.Mapping.class, mapping -> {
            assertThat(mapping.entries().get("b")).isEqualTo(new YamlNode.Scalar(text, new Place(Path.of("/x"), 2)));
            assertThat(((YamlNode.Sequence) mapping.entries().get("a")).items())
                    .singleElement()
                    .isEqualTo(new YamlNode.Scalar(text, new Place(Path.of("/x"), 1)));
        });
    }

    private static List<Rule> rulesWithoutPlaces(Config config) {
        return config.rules().stream()
                .map(rule -> new Rule(
                        rule.name(), "", rule.match(), rule.policy(), rule.args(), rule.mode(), rule.fallback()))
                .toList();
    }

    private Path file() {
        return folder.resolve("nowake.yaml");
    }

    private LoadedConfig load(String text) throws Exception {
        return ConfigFile.load(null, Files.writeString(file(), text), KnownPolicies.BUILTIN);
    }
}
