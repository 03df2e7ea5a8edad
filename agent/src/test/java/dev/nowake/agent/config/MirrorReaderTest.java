package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.nowake.agent.config.MirrorSettings.Unreachable;
import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MirrorReaderTest {
    @TempDir
    Path folder;

    @Test
    void everyKey() throws Exception {
        assertThat(read("""
                mirrors:
                - name: big
                  remote: /mnt/nas/models
                  local: /models
                  budget: 500GiB
                  reserve: 20GiB
                  timeout: 10s
                  rescan: 1h
                  revalidate: 0s
                  vanished: remove
                  unreachable: refuse
                  streams: 64
                  lookahead: 0
                  verify: false
                  etagAttribute: user.s3.etag
                  policy: load-and-release
                  args: {}
                  mode: enforce
                """))
                .containsExactly(new MirrorSettings(
                        "big",
                        Path.of("/mnt/nas/models"),
                        Path.of("/models"),
                        500L << 30,
                        20L << 30,
                        Duration.ofSeconds(10),
                        Duration.ofHours(1),
                        Duration.ZERO,
                        Vanished.REMOVE,
                        Unreachable.REFUSE,
                        64,
                        0,
                        false,
                        "user.s3.etag",
                        "load-and-release",
                        BuiltinPolicies.named("load-and-release").orElseThrow().defaults(),
                        Mode.ENFORCE));
    }

    @Test
    void whatIsNotGivenIsTheDefault() throws Exception {
        assertThat(read("mirrors: [{remote: /mnt/nas/models/, local: /data/../models}]\n"))
                .containsExactly(MirrorSettings.of("models", Path.of("/mnt/nas/models"), Path.of("/models")));
        assertThat(read("mode: enforce\nmirrors: [{remote: /a, local: /b}]\n"))
                .extracting(MirrorSettings::mode)
                .containsExactly(Mode.ENFORCE);
        MirrorSettings plain = MirrorSettings.of("b", Path.of("/a"), Path.of("/b"));
        assertThat(plain.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(plain.rescan()).isEqualTo(Duration.ofMinutes(5));
        assertThat(plain.revalidate()).isEqualTo(Duration.ofSeconds(30));
        assertThat(plain.vanished()).isEqualTo(Vanished.KEEP);
        assertThat(plain.unreachable()).isEqualTo(Unreachable.SERVE);
        assertThat(plain.streams()).isEqualTo(32);
        assertThat(plain.lookahead()).isEqualTo(2);
        assertThat(plain.verify()).isTrue();
        assertThat(plain.policy()).isEqualTo("mirror-lru");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[/a] | a mirror is keys and values, such as {remote: /mnt/nas/models, local: /models}",
                "[{remote: /a, local: /b, policy: lru}] | no policy 'lru'; did you mean 'none'?",
                "[{remote: /a, local: /b, args: {x: 1}}] | unknown key 'x'",
                "[{remote: /a}] | a mirror needs 'local', an absolute folder",
                "[{local: /a}] | a mirror needs 'remote', an absolute folder",
                "[{remote: a, local: /b}] | 'mirrors[].remote': 'a' is no absolute folder: write one such as /mnt/nas/models",
                "[{remote: /a, local: ./b}] | 'mirrors[].local': './b' is no absolute folder: write one such as /models",
                "[{remote: /a, local: \"/b\\0c\"}] | 'mirrors[].local': '/b?c' is no absolute folder: write one such as /models",
                "[{remote: /a, local: /}] | 'mirrors[].local': a mirror of / or at / cannot be: write a folder such as /models",
                "[{remote: /x/.., local: /b}] | 'mirrors[].remote': a mirror of / or at / cannot be: write a folder such as /mnt/nas/models",
                "[{remote: /a/b, local: /a}] | 'mirrors[].local': /a holds its own 'remote': mirrors' folders must lie beside each other",
                "[{remote: /a, local: /a/b}] | 'mirrors[].local': /a/b lies in its own 'remote': mirrors' folders must lie beside each other",
                "[{remote: /a, local: /x/../a/}] | 'mirrors[].local': /a is its own 'remote': mirrors' folders must lie beside each other",
                "[{remote: /a, local: '/a b', name: a/b}] | 'mirrors[].name': 'a/b' is no name for a mirror: write letters, digits, . _ and -, 64 at most",
                "[{remote: /a, local: /b, name: ..}] | 'mirrors[].name': '..' is no name for a mirror: write letters, digits, . _ and -, 64 at most",
                "[{remote: /a, local: /b, name: ''}] | 'mirrors[].name': '' is no name for a mirror: write letters, digits, . _ and -, 64 at most",
                "[{remote: /a, local: '/a b'}] | a mirror at /a b needs a 'name': its last folder is none",
                "[{remote: /a, local: /.b}] | a mirror at /.b needs a 'name': its last folder is none",
                "[{remote: /a, local: /b, budget: 0B}] | 'mirrors[].budget': nothing at all holds no file: write 100GiB, or leave the key out",
                "[{remote: /a, local: /b, budget: 10}] | 'mirrors[].budget': '10' is not a size: write a number with a unit, such as 512MiB",
                "[{remote: /a, local: /b, timeout: 0s}] | 'mirrors[].timeout': no time at all: write 1s or more",
                "[{remote: /a, local: /b, rescan: 5}] | 'mirrors[].rescan': '5' is not a length of time: write numbers with units (w d h m s ms), such as 14d, 90s or 1d12h",
                "[{remote: /a, local: /b, vanished: kep}] | 'mirrors[].vanished': 'kep' is neither keep nor remove",
                "[{remote: /a, local: /b, unreachable: keep}] | 'mirrors[].unreachable': 'keep' is neither serve nor refuse",
                "[{remote: /a, local: /b, streams: 0}] | 'mirrors[].streams': '0' is no number from 1 to 1024",
                "[{remote: /a, local: /b, lookahead: 1e3}] | 'mirrors[].lookahead': '1e3' is no number from 0 to 1024",
                "[{remote: /a, local: /b, verify: yes}] | 'mirrors[].verify': 'yes' is neither true nor false",
                "[{remote: /a, local: /b, etagAttribute: trusted.x}] | 'mirrors[].etagAttribute': 'trusted.x' is no attribute that can be read: write one that begins with user.",
                "[{remote: /a, local: /b, mode: on}] | mode is 'observe' or 'enforce', not 'on'",
                "[{remote: /a, local: /b, remot: /c}] | unknown key 'remot'; did you mean 'remote'?",
                "{remote: /a, local: /b} | 'mirrors' must be a list, such as mirrors: [{remote: /mnt/nas/models, local: /models}]",
            })
    void whatIsWrongIsToldWithItsLine(String mirrors, String message) throws Exception {
        assertThat(errors("mode: observe\nmirrors: " + mirrors + "\n"))
                .containsExactly(folder.resolve("nowake.yaml") + ":2: " + message);
    }

    @Test
    void mirrorsShareNoFolder() throws Exception {
        String file = folder.resolve("nowake.yaml").toString();
        String beside = ": mirrors' folders must lie beside each other";
        assertThat(errors("""
                mirrors:
                - {remote: /nas/a, local: /fast/a}
                - {remote: /nas/b, local: /fast/a/b}
                - {remote: /nas/a, local: /fast/c}
                - {remote: /fast, local: /faster}
                - {name: a, remote: /nas/d, local: /fast2/d}
                """))
                .containsExactly(
                        file + ":3: 'mirrors[].local': /fast/a/b lies in another mirror's 'local' at " + file + ":2"
                                + beside,
                        file + ":4: 'mirrors[].remote': /nas/a is another mirror's 'remote' at " + file + ":2" + beside,
                        file + ":5: 'mirrors[].remote': /fast holds another mirror's 'local' at " + file + ":2"
                                + beside,
                        file + ":6: two mirrors are named 'a', the other at " + file + ":2");
    }

    @Test
    void allErrorsAreToldAtOnce() throws Exception {
        assertThat(errors("mirrors: [{remote: a, local: /, streams: 0, timeout: x, verify: x}, 7]\n"))
                .hasSize(6);
    }

    @Test
    void oneThatIsSwitchedOffIsNotThere() throws Exception {
        assertThat(read("mirrors: [{remote: /a, local: /b, enabled: false}, {remote: /a, local: /c}]\n"))
                .extracting(MirrorSettings::name)
                .containsExactly("c");
    }

    @Test
    void aLaterFileChangesOneByItsName() throws Exception {
        Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(
                folder.resolve("conf.d/10.yaml"),
                "mirrors: [{name: models, budget: 1GiB}, {remote: /nas/x, local: /x}]\n");
        LoadedConfig loaded = load("mirrors: [{remote: /nas/models, local: /models, streams: 7}]\n");
        List<MirrorSettings> mirrors = loaded.config().mirrors();
        assertThat(mirrors).extracting(MirrorSettings::name).containsExactly("models", "x");
        assertThat(mirrors.getFirst().budgetBytes()).isEqualTo(1L << 30);
        assertThat(mirrors.getFirst().streams()).isEqualTo(7);
        assertThat(loaded.notes())
                .contains(folder.resolve("conf.d/10.yaml") + ":1: changes the mirror 'models' of "
                        + folder.resolve("nowake.yaml") + ":1");
    }

    private LoadedConfig load(String text) throws Exception {
        return ConfigFile.load(null, Files.writeString(folder.resolve("nowake.yaml"), text), KnownPolicies.BUILTIN);
    }

    private List<MirrorSettings> read(String text) throws Exception {
        return load(text).config().mirrors();
    }

    private List<String> errors(String text) {
        return catchThrowableOfType(ConfigException.class, () -> load(text))
                .getMessage()
                .lines()
                .toList();
    }
}
