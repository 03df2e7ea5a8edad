package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceReaderTest {
    @TempDir
    Path folder;

    @Test
    void everyKey() throws Exception {
        assertThat(read("""
                metrics: {listen: "127.0.0.1:9469", textfile: /run/a b.prom, modelLabel: true}
                journal: {fileSize: 1MiB, size: 1GiB, age: 1d12h}
                control: {group: nowake, admins: nowake-admin}
                """))
                .isEqualTo(new ServiceSettings(
                        new MetricsSettings("127.0.0.1:9469", Path.of("/run/a b.prom"), true),
                        new JournalSettings(1L << 20, 1L << 30, Duration.ofHours(36)),
                        new ControlSettings("nowake", "nowake-admin")));
    }

    @Test
    void whatIsNotGivenIsTheDefault() throws Exception {
        assertThat(read("mode: observe\n")).isEqualTo(ServiceSettings.DEFAULT);
        assertThat(read("metrics: {}\njournal: {}\ncontrol: {}\n")).isEqualTo(ServiceSettings.DEFAULT);
        assertThat(read("journal: {age: 1w}\n").journal())
                .isEqualTo(new JournalSettings(32L << 20, 256L << 20, Duration.ofDays(7)));
        assertThat(read("metrics: {listen: '[::1]:1'}\n").metrics())
                .isEqualTo(new MetricsSettings("[::1]:1", null, false));
        assertThat(read("metrics: {listen: localhost:65535}\n").metrics().listen())
                .isEqualTo("localhost:65535");
        assertThat(read("metrics: {listen: 9469}\n").metrics().listen()).isEqualTo("9469");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "metrics: 9469                       | expected keys and values (listen, modelLabel, textfile)",
                "metrics: {lisen: 'a:1'}             | unknown key 'lisen'; did you mean 'listen'?",
                "metrics: {listen: ':9469'}          | 'metrics.listen': ':9469' is no address to listen on: write HOST:PORT, such as 127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469",
                "metrics: {listen: '::1:9469'}       | 'metrics.listen': '::1:9469' is no address to listen on: write HOST:PORT, such as 127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469",
                "metrics: {listen: '127.0.0.1:70000'}| 'metrics.listen': '127.0.0.1:70000' has the port 70000: write one from 1 to 65535",
                "metrics: {listen: '127.0.0.1:0'}    | 'metrics.listen': '127.0.0.1:0' has the port 0: write one from 1 to 65535",
                "metrics: {listen: '127.0.0.300:80'} | 'metrics.listen': '127.0.0.300:80' begins with no address: write one such as 127.0.0.1 or [::1]",
                "metrics: {listen: '[::g]:80'}       | 'metrics.listen': '[::g]:80' is no address to listen on: write HOST:PORT, such as 127.0.0.1:9469, [::1]:9469 or 0.0.0.0:9469",
                "metrics: {listen: 'some.host:80'}   | 'metrics.listen': 'some.host:80' begins with no address: write one such as 127.0.0.1 or [::1]",
                "metrics: {listen: '[:]:80'}         | 'metrics.listen': '[:]:80' begins with no address: write one such as 127.0.0.1 or [::1]",
                "metrics: {listen: [a]}              | expected one value",
                "metrics: {textfile: nowake.prom}    | 'metrics.textfile': 'nowake.prom' is no absolute path: write one such as /var/lib/prometheus/node-exporter/nowake.prom",
                "metrics: {textfile: \"/a\\0.prom\"} | 'metrics.textfile': '/a?.prom' is no absolute path: write one such as /var/lib/prometheus/node-exporter/nowake.prom",
                "metrics: {textfile: /run/nowake}    | 'metrics.textfile': '/run/nowake' does not end in .prom: node_exporter's collector reads no other file",
                "metrics: {modelLabel: yes}          | 'metrics.modelLabel': 'yes' is neither true nor false",
                "journal: {age: 14}                  | 'journal.age': '14' is not a length of time: write numbers with units (w d h m s ms), such as 14d, 90s or 1d12h",
                "journal: {age: 12h1d}               | 'journal.age': '12h1d' is not a length of time: write numbers with units (w d h m s ms), such as 14d, 90s or 1d12h",
                "journal: {age: ''}                  | 'journal.age': '' is not a length of time: write numbers with units (w d h m s ms), such as 14d, 90s or 1d12h",
                "journal: {age: 0s}                  | 'journal.age': no time at all would keep nothing: write 1h or more",
                "journal: {age: 9999999d}            | 'journal.age': '9999999d' is not a length of time: write numbers with units (w d h m s ms), such as 14d, 90s or 1d12h",
                "journal: {size: 10}                 | 'journal.size': '10' is not a size: write a number with a unit, such as 512MiB",
                "journal: {fileSize: 1KiB}           | 'journal.fileSize': 1KiB is too little: write 64KiB or more",
                "journal: {fileSize: 1GiB}           | the journal's files together (size: 256MiB) are less than one of them (fileSize: 1GiB): give both",
                "journal: {size: 1MiB}               | the journal's files together (size: 1MiB) are less than one of them (fileSize: 32MiB): give both",
                "control: {group: 1000}              | 'control.group': '1000' is no group's name: write one such as nowake",
                "control: {group: 'a b'}             | 'control.group': 'a b' is no group's name: write one such as nowake",
                "control: {admins: '../x'}           | 'control.admins': '../x' is no group's name: write one such as nowake",
                "\"a\\nb\\e\": 1                    | unknown key 'a?b?'; did you mean 'mode'?",
                "control: {admin: root}              | unknown key 'admin'; did you mean 'admins'?",
            })
    void whatIsWrongIsToldWithItsLine(String text, String message) throws Exception {
        Path file = Files.writeString(file(), "mode: observe\n" + text + "\n");
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> ConfigFile.read(file));
        assertThat(failure).as("taken: " + text).isNotNull();
        assertThat(failure.getMessage()).isEqualTo(file + ":2: " + message);
    }

    private Path file() {
        return folder.resolve("nowake.yaml");
    }

    private ServiceSettings read(String text) throws Exception {
        return ConfigFile.read(Files.writeString(file(), text)).service();
    }
}
