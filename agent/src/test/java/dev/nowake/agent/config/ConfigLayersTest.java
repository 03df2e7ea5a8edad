package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the vendor's file, the operator's and the drop-ins beside it come to together. */
class ConfigLayersTest {
    @TempDir
    Path folder;

    private Path vendor;
    private Path file;
    private Path dropIns;

    @BeforeEach
    void folders() throws IOException {
        vendor = Files.createDirectory(folder.resolve("lib")).resolve("nowake.yaml");
        Path etc = Files.createDirectory(folder.resolve("etc"));
        file = etc.resolve("nowake.yaml");
        dropIns = Files.createDirectory(etc.resolve("conf.d"));
    }

    @Test
    void whatALaterFileSaysHoldsKeyByKey() throws Exception {
        Files.writeString(
                vendor, "mode: observe\nmetrics: {listen: '127.0.0.1:9469'}\njournal: {age: 1d, size: 1GiB}\n");
        Files.writeString(file, "mode: enforce\njournal: {age: 2d}\n");
        drop("10-a.yaml", "journal: {age: 3d}\nmetrics: {modelLabel: true}\n");
        drop("20-b.yaml", "journal: {age: 4d}\n");
        Config config = load().config();
        assertThat(config.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(config.service().metrics()).isEqualTo(new MetricsSettings("127.0.0.1:9469", null, true));
        assertThat(config.service().journal().maxAge()).hasDays(4);
        assertThat(config.service().journal().maxBytes()).isEqualTo(1L << 30);
        assertThat(load().files())
                .containsExactly(vendor, file, dropIns.resolve("10-a.yaml"), dropIns.resolve("20-b.yaml"));
    }

    @Test
    void aKeyWithoutAValueTakesWhatEarlierFilesSaidAway() throws Exception {
        Files.writeString(vendor, "metrics: {listen: '127.0.0.1:9469'}\ncontrol: {group: nowake, admins: boss}\n");
        Files.writeString(file, "roots: [{path: /a}]\nrules: [{policy: none}]\npolicies: [/p]\n");
        drop("x.yaml", "metrics: {listen: }\ncontrol: ~\nrules:\nroots: null\npolicies:\n");
        Config config = load().config();
        assertThat(config).isEqualTo(new Config(Mode.OBSERVE, List.of()));
    }

    @Test
    void theVendorsFileLiesBesideTheInstalledJars() {
        assertThat(ConfigFile.vendorFile(Path.of("/usr/lib/nowake/lib/agent.jar")))
                .isEqualTo(Path.of("/usr/lib/nowake/nowake.yaml"));
        assertThat(ConfigFile.vendorFile(Path.of("/src/agent/target/classes"))).isNull();
    }

    @Test
    void rootsAreKnownByTheirPath() throws Exception {
        Files.writeString(file, """
                roots:
                - {path: /a, args: {window: 1GiB, lookaheadFiles: 2}}
                - {path: /b, policy: whole-file}
                - {path: /c, args: {window: 1GiB}}
                """);
        drop("x.yaml", """
                roots:
                - {path: /new}
                - {path: /a/, mode: enforce, args: {window: 2GiB}}
                - {path: /b, policy: load-and-release}
                - {path: /c, enabled: false}
                """);
        LoadedConfig loaded = load();
        assertThat(loaded.config().roots())
                .extracting(RootRule::path)
                .containsExactly(Path.of("/a"), Path.of("/b"), Path.of("/new"));
        RootRule first = loaded.config().roots().getFirst();
        assertThat(first.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(first.args()).containsEntry("window", 2L << 30).containsEntry("lookaheadFiles", 2L);
        assertThat(loaded.config().roots().get(1).policy()).isEqualTo("load-and-release");
        assertThat(loaded.notes())
                .contains(dropIns.resolve("x.yaml") + ":3: changes the root '/a' of " + file + ":2")
                .hasSize(3);
    }

    @Test
    void aPolicyThatIsNamedAnewGetsNoArgumentsOfTheOneBefore() throws Exception {
        Files.writeString(file, "rules: [{name: r, policy: load-and-release, args: {window: 1GiB}}]\n");
        drop("x.yaml", "rules: [{name: r, policy: none}]\n");
        assertThat(load().config().rules()).singleElement().satisfies(rule -> {
            assertThat(rule.policy()).isEqualTo("none");
            assertThat(rule.args()).isEmpty();
        });
    }

    @Test
    void rulesOfLaterFilesGoFirstAndOneOfTheSameNameKeepsItsPlace() throws Exception {
        Files.writeString(file, "rules:\n- {policy: none}\n- {name: last, match: {command: x}, policy: none}\n");
        drop(
                "10-a.yaml",
                "rules:\n- {name: team, policy: none}\n- {name: last, policy: whole-file}\n- {policy: none}\n");
        drop("20-b.yaml", "rules:\n- {policy: none}\n- {name: team, mode: enforce}\n");
        List<Rule> rules = load().config().rules();
        assertThat(rules)
                .extracting(Rule::name)
                .containsExactly("rule 1 of 20-b.yaml", "team", "rule 3 of 10-a.yaml", "rule 1", "last");
        assertThat(rules.getLast().policy()).isEqualTo("whole-file");
        assertThat(rules.getLast().match().command()).isEqualTo(Glob.of("x"));
        assertThat(rules.get(1).mode()).isEqualTo(Mode.ENFORCE);
        assertThat(rules.get(1).where()).isEqualTo(dropIns.resolve("10-a.yaml") + ":2");
    }

    @Test
    void aRuleOrRootCanBeTakenOut() throws Exception {
        Files.writeString(file, "roots: [{path: /a}]\nrules: [{name: r, policy: none}, {name: s, policy: none}]\n");
        drop("x.yaml", "rules: [{name: r, enabled: false}]\n");
        assertThat(load().config().rules()).extracting(Rule::name).containsExactly("s");
        drop("x.yaml", "rules: [{name: typo, enabled: false}]\n");
        assertThat(errors())
                .containsExactly(dropIns.resolve("x.yaml") + ":1: a rule needs 'policy', the name of who decides");
    }

    @Test
    void policyFoldersAreAdded() throws Exception {
        Files.writeString(file, "policies: [/a, /b]\n");
        drop("x.yaml", "policies: [/b, /c]\n");
        assertThat(load().config().policies()).containsExactly(Path.of("/a"), Path.of("/b"), Path.of("/c"));
        assertThat(ConfigFile.policyFolders(file)).containsExactly(Path.of("/a"), Path.of("/b"), Path.of("/c"));
    }

    @Test
    void everyErrorOfEveryFileAtOnceOverriddenOnesToo() throws Exception {
        Files.writeString(vendor, "metrics: {listen: ':9469'}\n");
        Files.writeString(file, "journal: {age: 5}\nmod: enforce\nrules: [{name: a, policy: none}, {name: a}]\n");
        drop("x.yaml", "journal: {age: 5d}\nroots:\n- {path: /a}\n- {path: /a/}\n- {path: b}\nmetrics: ~\n");
        assertThat(errors())
                .containsExactly(
                        vendor + ":1: 'metrics.listen': ':9469' is no address to listen on: write HOST:PORT, such as "
                                + "127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469",
                        file
                                + ":1: 'journal.age': '5' is not a length of time: write numbers with units (w d h m s ms),"
                                + " such as 14d, 90s or 1d12h",
                        file + ":2: unknown key 'mod'; did you mean 'mode'?",
                        file + ":3: two rules are named 'a', the other at " + file + ":3",
                        file + ":3: a rule needs 'policy', the name of who decides",
                        dropIns.resolve("x.yaml") + ":4: two roots have the path /a, the other at "
                                + dropIns.resolve("x.yaml") + ":3",
                        dropIns.resolve("x.yaml") + ":5: a root needs 'path', an absolute folder");
    }

    @Test
    void whatFitsAloneMayNotFitTogether() throws Exception {
        Files.writeString(vendor, "journal: {size: 64MiB}\n");
        Files.writeString(file, "journal: {fileSize: 100MiB}\n");
        assertThat(errors())
                .singleElement()
                .asString()
                .contains("are less than one of them")
                .startsWith(vendor + ":1");
        drop("x.yaml", "journal: {size: 100MiB}\n");
        assertThat(load().config().service().journal().maxBytes()).isEqualTo(100L << 20);
    }

    @Test
    void whatEditorsAndPackagesLeaveBehindIsPassedOver() throws Exception {
        Files.writeString(file, "mode: enforce\nroots: [{path: /a}]\n");
        for (String name :
                List.of("a.yaml~", ".a.yaml", "#a.yaml#", ".a.yaml.swp", "a.yaml.dpkg-old", "README", "b.yml")) {
            drop(name, "never: read\n");
        }
        Files.createSymbolicLink(dropIns.resolve("off.yaml"), Path.of("/dev/null"));
        drop("empty.yaml", "");
        drop("comment.yaml", "# nothing yet\n");
        assertThat(load().config().mode()).isEqualTo(Mode.ENFORCE);
        assertThat(load().notes())
                .containsExactly(dropIns.resolve("b.yml") + ": not read: its name does not end in .yaml");
    }

    @Test
    void aDropInThatCannotBeReadIsAnError() throws Exception {
        Files.writeString(file, "mod: enforce\n");
        Files.write(dropIns.resolve("a.yaml"), new byte[] {'m', (byte) 0xff});
        Files.createDirectory(dropIns.resolve("b.yaml"));
        Files.createSymbolicLink(dropIns.resolve("c.yaml"), folder.resolve("gone"));
        drop("d.yaml", "a: [\n");
        new ProcessBuilder("mkfifo", dropIns.resolve("e.yaml").toString())
                .start()
                .onExit()
                .join();
        assertThat(errors())
                .hasSize(6)
                .contains(
                        file + ":1: unknown key 'mod'; did you mean 'mode'?",
                        dropIns.resolve("a.yaml") + ": not UTF-8 text",
                        dropIns.resolve("b.yaml") + ": is a folder; name the file in it",
                        dropIns.resolve("c.yaml")
                                + ": the link leads nowhere; remove it, or let it lead to /dev/null to switch the file off",
                        dropIns.resolve("e.yaml") + ": not read: it is no regular file")
                .anyMatch(line -> line.startsWith(dropIns.resolve("d.yaml") + ":"));
        Files.delete(file);
        assertThat(errors()).anyMatch(line -> line.startsWith(file + ": no such file"));
    }

    @Test
    void confDMustBeAFolder() throws Exception {
        Files.writeString(file, "mode: enforce\n");
        Files.delete(dropIns);
        assertThat(load().config().mode()).isEqualTo(Mode.ENFORCE);
        Files.writeString(dropIns, "");
        assertThat(errors()).containsExactly(dropIns + ": is no folder: move it away");
    }

    @Test
    void whatOthersMayWriteIsNotBelieved() throws Exception {
        Files.writeString(file, "mode: enforce\n");
        drop("x.yaml", "mode: observe\n");
        mode(dropIns.resolve("x.yaml"), "rw-rw-rw-");
        assertThat(errors())
                .singleElement()
                .asString()
                .startsWith(
                        dropIns.resolve("x.yaml") + ": not read: it can be written to by everybody, who could change")
                .endsWith(": chmod go-w it");
        mode(dropIns.resolve("x.yaml"), "rw-r--r--");
        mode(dropIns, "rwxrwxrwx");
        assertThat(errors()).singleElement().asString().contains("conf.d can be written to by everybody");
        mode(dropIns, "rwxr-xr-x");
        mode(file, "rw-r--rw-");
        assertThat(errors())
                .singleElement()
                .asString()
                .startsWith(file + ": not read: it can be written to by everybody");
    }

    @Test
    void aFileThatWasNamedMayLieWhereOthersMayAddFilesButNotReplaceIt() throws Exception {
        Files.writeString(file, "mode: enforce\n");
        new ProcessBuilder("chmod", "1777", file.getParent().toString())
                .start()
                .onExit()
                .join();
        assertThat(load().config().mode()).isEqualTo(Mode.ENFORCE);
        mode(file.getParent(), "rwxrwxrwx");
        assertThat(errors()).singleElement().asString().contains("etc can be written to by everybody");
    }

    @Test
    void nothingBehindAConditionIsNotTakenForEverything() throws Exception {
        Files.writeString(file, "rules:\n- {match: {command: }, policy: none}\n- match:\n  policy: none\n");
        assertThat(errors())
                .containsExactly(
                        file + ":2: 'command' has no value: leave the key out where it does not matter",
                        file + ":3: 'match' has no value: leave the key out of a rule that is for everything");
    }

    private void drop(String name, String text) throws IOException {
        Files.writeString(dropIns.resolve(name), text);
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private LoadedConfig load() throws ConfigException {
        return ConfigFile.load(vendor, file, KnownPolicies.BUILTIN);
    }

    private List<String> errors() {
        ConfigException failure = catchThrowableOfType(ConfigException.class, this::load);
        assertThat(failure).as("the configuration was taken").isNotNull();
        return failure.getMessage().lines().toList();
    }
}
