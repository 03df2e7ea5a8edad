package dev.nowake.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, by real users. Groups of Debian's own stand for the project's: games may ask, mail may change. */
@Tag("kernel")
@Timeout(60)
class AccessKernelTest {
    private static final String ASK = "{\"verb\":\"status\"}";
    private static final String CHANGE = "{\"verb\":\"pause\"}";
    private static final String REFUSED =
            "{\"error\":{\"code\":\"not_permitted\",\"message\":\"nobody may not 'pause': be root or a member of group mail\"}}";

    @TempDir
    Path folder;

    private Path socket;
    private Path etc;

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "other users need root");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        socket = folder.resolve("nowake.sock");
        etc = Files.createDirectories(folder.resolve("root/etc"));
        Files.writeString(etc.resolve("group"), "games:x:60:\nmail:x:8:\n");
        Files.writeString(etc.resolve("passwd"), "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
        String name = AskMain.class.getName().replace('.', '/') + ".class";
        Path copy = folder.resolve("classes").resolve(name);
        Files.createDirectories(copy.getParent());
        try (InputStream compiled = AskMain.class.getClassLoader().getResourceAsStream(name)) {
            Files.copy(compiled, copy);
        }
    }

    @AfterEach
    void gone() {
        assertThat(socket).doesNotExist();
    }

    private ControlServer serve(String group, String admins) throws IOException {
        return new ControlServer(socket, new Access(group, admins, folder.resolve("root")), AccessKernelTest::answer);
    }

    private static Object answer(Map<String, Object> request, Caller caller) {
        boolean changes = "pause".equals(request.get("verb"));
        return changes && !caller.mayChange()
                ? ControlError.of("not_permitted", caller.refusal("pause"))
                : Map.of("done", true);
    }

    private String as(String user, String group, String supplementary, String request) throws Exception {
        List<String> words = new ArrayList<>(List.of("setpriv", "--reuid=" + user, "--regid=" + group));
        words.add(supplementary.isEmpty() ? "--clear-groups" : "--groups=" + supplementary);
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m", "-cp"));
        words.add(folder.resolve("classes").toString());
        words.addAll(List.of(AskMain.class.getName(), socket.toString(), request));
        Process client = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        client.waitFor();
        return said.strip();
    }

    @Test
    void theGroupAsksAndDoesNotChange() throws Exception {
        try (ControlServer server = serve("games", "mail")) {
            PosixFileAttributes of = Files.readAttributes(socket, PosixFileAttributes.class);
            assertThat(PosixFilePermissions.toString(of.permissions())).isEqualTo("rw-rw----");
            assertThat(of.group().getName()).isEqualTo("games");
            assertThat(of.owner().getName()).isEqualTo("root");
            assertThat(as("nobody", "games", "", ASK)).isEqualTo("{\"done\":true}");
            assertThat(as("nobody", "nogroup", "games", ASK)).isEqualTo("{\"done\":true}");
            assertThat(as("nobody", "games", "", CHANGE)).isEqualTo(REFUSED);
            assertThat(as("nobody", "nogroup", "", ASK)).contains("Permission denied");
            assertThat(as("root", "root", "", CHANGE)).isEqualTo("{\"done\":true}");
            assertThat(server).isNotNull();
        }
    }

    @Test
    void adminsChangeWhicheverWayTheyBelong() throws Exception {
        try (ControlServer server = serve("games", "mail")) {
            assertThat(as("nobody", "mail", "games", CHANGE)).isEqualTo("{\"done\":true}");
            Files.writeString(etc.resolve("group"), "games:x:60:\nmail:x:8:alice,nobody\n");
            assertThat(as("nobody", "games", "", CHANGE)).isEqualTo("{\"done\":true}");
            Files.writeString(etc.resolve("group"), "games:x:60:\nmail:x:8:nobodyelse\n");
            assertThat(as("nobody", "games", "", CHANGE)).isEqualTo(REFUSED);
            Files.writeString(etc.resolve("passwd"), "nobody:x:65534:8:nobody:/nonexistent:/usr/sbin/nologin\n");
            assertThat(as("nobody", "games", "", CHANGE)).isEqualTo("{\"done\":true}");
            Files.delete(etc.resolve("group"));
            assertThat(as("nobody", "games", "", CHANGE)).isEqualTo(REFUSED);
            assertThat(server).isNotNull();
        }
    }

    @Test
    void withoutGroupsTheOwnerAlone() throws Exception {
        try (ControlServer server = serve(null, null)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(as("nobody", "games", "", ASK)).contains("Permission denied");
            server.admit(new Access("games", null, folder.resolve("root")));
            assertThat(as("nobody", "games", "", ASK)).isEqualTo("{\"done\":true}");
            assertThat(as("nobody", "games", "", CHANGE)).contains("nobody may not 'pause': be root");
            server.admit(Access.OWNER_ALONE);
            assertThat(as("nobody", "games", "", ASK)).contains("Permission denied");
        }
    }

    @Test
    void anUnknownGroupIsOneWarningAndNobodyGetsIn() throws Exception {
        Access access = new Access("no-such-group", "mail", folder.resolve("root"));
        assertThat(access.problem())
                .startsWith("no group 'no-such-group' here: root alone")
                .doesNotContain("\n");
        try (ControlServer server = new ControlServer(socket, access, AccessKernelTest::answer)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(server).isNotNull();
        }
    }
}
