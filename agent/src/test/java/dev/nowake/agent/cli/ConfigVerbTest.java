package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigVerbTest {
    @TempDir
    Path folder;

    private Path file;
    private Path dropIn;

    @BeforeEach
    void aFileAndADropIn() throws IOException {
        file = Files.writeString(
                folder.resolve("nowake.yaml"),
                "mode: enforce\nroots: [{path: /models}]\nrules:\n- {name: backups, match: {command: tar}, policy: none}\n");
        Files.createDirectory(folder.resolve("conf.d"));
        dropIn = Files.writeString(
                folder.resolve("conf.d/50-team.yaml"),
                "rules:\n- {name: backups, match: {command: cp}}\n- {policy: whole-file}\ncontrol: {admins: no-such-group-here}\n");
    }

    @Test
    void checkTellsWhatIsNoErrorToo() {
        CliRun check = CliRun.real("config", "check", "--config", file.toString());
        assertThat(check.err()).isEmpty();
        assertThat(check.exit()).isZero();
        assertThat(check.out().lines())
                .containsExactly(
                        "note: " + dropIn + ":2: changes the rule 'backups' of " + file + ":4",
                        "note: " + dropIn
                                + ":4: no group 'no-such-group-here' in /etc/group: root alone has its rights",
                        "good: 1 root, 2 rules, from 2 files");
    }

    @Test
    void checkTellsEveryErrorOfEveryFile() throws Exception {
        Files.writeString(file, "mod: enforce\n");
        Files.writeString(dropIn, "journal: {age: 14}\n");
        CliRun check = CliRun.real("config", "check", "--config", file.toString());
        assertThat(check.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(check.err()).contains(file + ":1: unknown key 'mod'", dropIn + ":1: 'journal.age': '14' is not");
    }

    @Test
    void showIsAConfigurationWithTheRulesInTheirOrder() throws Exception {
        CliRun show = CliRun.real("config", "show", "--config", file.toString());
        assertThat(show.out().lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "# read " + file,
                        "# read " + dropIn,
                        "mode: enforce # " + file + ":1",
                        " command: cp # " + dropIn + ":2",
                        "# rule 2 of 50-team.yaml " + dropIn + ":3 everything the root's whole-file",
                        "# backups " + file + ":4 command cp the root's none");
        Path again =
                Files.writeString(Files.createDirectory(folder.resolve("again")).resolve("n.yaml"), show.out());
        assertThat(CliRun.real("config", "check", "--config", again.toString()).out())
                .endsWith("good: 1 root, 2 rules\n");
    }

    @Test
    void showAsJsonHasASourceForEveryValue() {
        JsonNode document = CliRun.real("config", "show", "--output", "json", "--config", file.toString())
                .json();
        assertThat(document.get("files").get(1).get("path").asString()).isEqualTo(dropIn.toString());
        assertThat(document.get("settings"))
                .allSatisfy(setting -> assertThat(setting.propertyNames()).containsExactly("key", "value", "source"))
                .anySatisfy(setting -> {
                    assertThat(setting.get("key").asString()).isEqualTo("control.admins");
                    assertThat(setting.get("value").asString()).isEqualTo("no-such-group-here");
                    assertThat(setting.get("source").asString()).isEqualTo(dropIn + ":4");
                })
                .anySatisfy(setting -> {
                    assertThat(setting.get("key").asString()).isEqualTo("journal.age");
                    assertThat(setting.get("source").asString()).isEqualTo("default");
                });
    }

    @Test
    void schemaIsOneDocument() {
        CliRun schema = CliRun.real("config", "schema");
        assertThat(JsonMapper.shared().readTree(schema.out()).path("properties").propertyNames())
                .contains("mode", "roots", "rules", "metrics");
    }
}
