package dev.nowake.agent.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How each kind is served and mounted. */
final class RemoteServers {
    private static final String BUCKET = "models";

    private final RemoteMount remote;
    private final Path folder;

    RemoteServers(RemoteMount remote) {
        this.remote = remote;
        this.folder = remote.folder();
    }

    void start(RemoteKind kind, List<String> options) throws Exception {
        switch (kind) {
            case SLOWFS -> mount(List.of(RemoteTools.slowfs().toString()), options, served(), mountPoint());
            case SSHFS -> sshfs(options);
            case RCLONE_WEBDAV -> rcloneWebdav(options);
            case RCLONE_SFTP -> rcloneSftp(options);
            case S3FS -> s3fs(options);
        }
    }

    private String served() {
        return remote.served().toString();
    }

    private String mountPoint() {
        return remote.path().toString();
    }

    private void mount(List<String> before, List<String> options, String... after) throws IOException {
        List<String> words = new ArrayList<>(before);
        words.addAll(options);
        words.addAll(List.of(after));
        remote.mounts(Map.of(), words);
    }

    private void sshfs(List<String> options) throws Exception {
        int port = sshd();
        List<String> words = List.of(
                "sshfs",
                "-f",
                "root@127.0.0.1:" + served(),
                mountPoint(),
                "-o",
                "ro,allow_other,port=" + port + ",IdentityFile=" + folder.resolve("key")
                        + ",StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,LogLevel=ERROR");
        mount(words, options);
    }

    /**
     * One that nobody else's configuration has a part in. It wants a user sshd and a folder below /run: both are there in a
     * mount namespace of its own.
     */
    private int sshd() throws Exception {
        Path program = RemoteTools.servers().resolve("usr/sbin/sshd");
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                folder.resolve("hostkey").toString());
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                folder.resolve("key").toString());
        int port = ServerProcess.freePort();
        Path settings = Files.writeString(folder.resolve("sshd_config"), """
                Port %d
                ListenAddress 127.0.0.1
                HostKey %s/hostkey
                AuthorizedKeysFile %s/key.pub
                PidFile none
                UsePAM no
                StrictModes no
                PasswordAuthentication no
                PermitRootLogin prohibit-password
                Subsystem sftp internal-sftp
                """.formatted(port, folder, folder));
        Path users = Files.writeString(
                folder.resolve("passwd"),
                "root:x:0:0:root:/root:/bin/sh\nsshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n");
        Path passwords = Files.writeString(folder.resolve("shadow"), "root:*:1::::::\nsshd:*:1::::::\n");
        String enter = "mount --bind " + users + " /etc/passwd && mount --bind " + passwords + " /etc/shadow"
                + " && mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec " + program + " -D -e -f "
                + settings;
        remote.serve(
                        Map.of("LD_LIBRARY_PATH", RemoteTools.libraries()),
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        enter)
                .awaits(() -> ServerProcess.listens(port));
        return port;
    }

    private void rcloneWebdav(List<String> options) throws Exception {
        RemoteTools.servers();
        int port = ServerProcess.freePort();
        remote.serve(rclone(), "rclone", "serve", "webdav", served(), "--read-only", "--addr", "127.0.0.1:" + port)
                .awaits(() -> ServerProcess.listens(port));
        rcloneMount(":webdav,url='http://127.0.0.1:" + port + "',vendor=other:", options);
    }

    private void rcloneSftp(List<String> options) throws Exception {
        RemoteTools.servers();
        int port = ServerProcess.freePort();
        remote.serve(
                        rclone(),
                        "rclone",
                        "serve",
                        "sftp",
                        served(),
                        "--read-only",
                        "--addr",
                        "127.0.0.1:" + port,
                        "--user",
                        "u",
                        "--pass",
                        "p")
                .awaits(() -> ServerProcess.listens(port));
        String password = run("rclone", "--config", "/dev/null", "obscure", "p");
        rcloneMount(":sftp,host=127.0.0.1,port=" + port + ",user=u,pass=" + password + ",shell_type=none:", options);
    }

    private void rcloneMount(String source, List<String> options) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "rclone", "mount", source, mountPoint(), "--read-only", "--allow-other", "--dir-cache-time", "1h"));
        words.addAll(options);
        remote.mounts(rclone(), words);
    }

    /** None of anybody's settings, and its caches in the folder. */
    private Map<String, String> rclone() {
        return Map.of(
                "RCLONE_CONFIG",
                "/dev/null",
                "RCLONE_CACHE_DIR",
                folder.resolve("cache").toString());
    }

    private void s3fs(List<String> options) throws Exception {
        RemoteTools.servers();
        int port = ServerProcess.freePort();
        Path objects = Files.createDirectories(folder.resolve("objects"));
        Path settings = Files.writeString(folder.resolve("s3proxy.conf"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=none
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                jclouds.identity=none
                jclouds.credential=none
                """.formatted(port, objects));
        String java = ProcessHandle.current().info().command().orElse("java");
        remote.serve(
                        Map.of("LOG_LEVEL", "warn"),
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        RemoteTools.s3proxy().toString(),
                        "--properties",
                        settings.toString())
                .awaits(() -> ServerProcess.listens(port));
        URI bucket = URI.create("http://127.0.0.1:" + port + "/" + BUCKET);
        upload(bucket);
        Path password = Files.createFile(
                folder.resolve("passwd-s3fs"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, "none:none");
        List<String> words = List.of(
                "s3fs",
                BUCKET,
                mountPoint(),
                "-f",
                "-o",
                "ro,allow_other,use_path_request_style,complement_stat,url=http://127.0.0.1:" + port + ",passwd_file="
                        + password);
        mount(words, options);
    }

    private void upload(URI bucket) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                Stream<Path> tree = Files.walk(remote.served())) {
            put(client, bucket, HttpRequest.BodyPublishers.noBody());
            for (Path file : (Iterable<Path>) tree.filter(Files::isRegularFile)::iterator) {
                String name = remote.served().relativize(file).toString();
                put(client, URI.create(bucket + "/" + name), HttpRequest.BodyPublishers.ofFile(file));
            }
        }
    }

    private static void put(HttpClient client, URI place, HttpRequest.BodyPublisher body) throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(place).PUT(body).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private String run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }
}
