package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.control.ControlClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A host with one mirror, whose daemon is a process of its own, to be killed; and the eyes of a test. */
final class MirrorHost implements AutoCloseable {
    static final int MIB = 1 << 20;
    static final Duration SOON = Duration.ofSeconds(30);

    final Path folder;
    final Path remote;
    final Path local;
    final Path run;
    final Path state;
    private final List<Process> readers = new ArrayList<>();
    private DaemonProcess daemon;

    private MirrorHost(Path folder, Path remote, Path local) {
        this.folder = folder;
        this.remote = remote;
        this.local = local;
        this.run = folder.resolve("run");
        this.state = folder.resolve("state");
    }

    static MirrorHost make() throws IOException {
        Path folder = folder();
        return make(folder, Files.createDirectory(folder.resolve("remote")), folder.resolve("local"));
    }

    /** @param remote what is mirrored: a folder, a mount point */
    static MirrorHost make(Path folder, Path remote, Path local) throws IOException {
        MirrorHost host = new MirrorHost(folder, remote, local);
        Files.createDirectory(host.run);
        Files.createDirectory(folder.resolve("root"));
        host.configure("rescan: 500ms, revalidate: 500ms, timeout: 5s");
        return host;
    }

    static Path folder() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "fanotify needs root");
        Path target = Files.createDirectories(Path.of("target", "mirror-tests"));
        return Files.createTempDirectory(target, "host").toRealPath();
    }

    /** Before the daemon starts. */
    void configure(String mirrorKeys) throws IOException {
        Files.writeString(config(), """
                mode: enforce
                roots: [{path: %s, policy: none}]
                mirrors: [{name: m, remote: %s, local: %s, %s}]
                """.formatted(folder.resolve("root"), remote, local, mirrorKeys));
    }

    Path config() {
        return folder.resolve("nowake.yaml");
    }

    /** Comes back before it is ready. */
    DaemonProcess launch(String... before) throws IOException {
        daemon = DaemonProcess.run(config(), state, run.resolve("sock"), before);
        return daemon;
    }

    DaemonProcess start(String... before) throws IOException {
        launch(before);
        assertThat(daemon.firstLine()).isEqualTo("ready");
        return daemon;
    }

    /** Starts it and waits until it has looked through the remote. */
    DaemonProcess serve() throws IOException {
        start();
        await("synced").atMost(SOON).until(() -> !journal("synced").isEmpty());
        return daemon;
    }

    DaemonProcess daemon() {
        return daemon;
    }

    /** What the journal tells of the mirror under this name of an event. */
    List<JsonNode> journal(String event) {
        try (Stream<String> lines = Files.lines(state.resolve("journal.jsonl"))) {
            return lines.filter(line -> line.contains("\"kind\":\"mirror\"") && line.endsWith("}"))
                    .map(JsonMapper.shared()::readTree)
                    .filter(line -> event.equals(line.path("event").asString()))
                    .toList();
        } catch (IOException notYet) {
            return List.of();
        }
    }

    /** As {@link #journal}, what it says: one line each. */
    List<String> told(String event) {
        return journal(event).stream()
                .map(line -> line.path("reason").asString())
                .toList();
    }

    JsonNode status() throws IOException {
        return new ControlClient(run.resolve("sock")).ask(Map.of("verb", "status"));
    }

    /** Every word of a file below the mirror, by another process. Its process says RIGHT, WRONG, or why it could not. */
    Process check(String name) throws IOException {
        return reader("check", name);
    }

    /** Reads one page; says RIGHT, WRONG or why not, and how long it took, in milliseconds. */
    Process page(String name, long offset) throws IOException {
        return reader("page", name, "" + offset);
    }

    /** Opens it, and then checks a page for each line it is told, an offset. */
    Process held(String name) throws IOException {
        return reader("held", name);
    }

    private Process reader(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("python3", "-uc", READER, local.toString()));
        all.addAll(List.of(words));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        readers.add(process);
        return process;
    }

    private static final String READER = """
            import os,sys,time,errno
            M=(1<<64)-1
            def word(seed,at):
                z=(seed*0x9e3779b97f4a7c15+at+1)&M
                z=((z^(z>>30))*0xbf58476d1ce4e5b9)&M
                z=((z^(z>>27))*0x94d049bb133111eb)&M
                return (z^(z>>31))|1
            folder,how,name=sys.argv[1:4]
            seed=int(name.split('/')[-1].split('.')[0])
            def wrong(data,at):
                for i in range(0,len(data)//8*8,512):
                    if int.from_bytes(data[i:i+8],'little')!=word(seed,(at+i)//8):
                        return 'WRONG at %d%s' % (at+i, '' if any(data[i:i+8]) else ': zeros')
            def page(fd,at):
                began=time.monotonic()
                try:
                    data=os.pread(fd,4096,at)
                    said=wrong(data,at) or ('RIGHT' if data else 'NOTHING')
                except OSError as e:
                    said=errno.errorcode[e.errno]
                print(said,int((time.monotonic()-began)*1000))
            began=time.monotonic()
            try:
                fd=os.open(folder+'/'+name,os.O_RDONLY)
            except OSError as e:
                print('open',errno.errorcode[e.errno],int((time.monotonic()-began)*1000))
                sys.exit(1)
            if how=='page': page(fd,int(sys.argv[4]))
            if how=='held':
                print('open')
                for line in sys.stdin: page(fd,int(line))
            if how=='check':
                at=0
                try:
                    while data:=os.pread(fd,1<<20,at):
                        if bad:=wrong(data,at):
                            print(bad)
                            sys.exit(1)
                        at+=len(data)
                    print('RIGHT' if at==os.fstat(fd).st_size else 'SHORT')
                except OSError as e:
                    print(errno.errorcode[e.errno],at)
            """;

    static String said(Process reader) throws Exception {
        assertThat(reader.waitFor(SOON.toSeconds(), TimeUnit.SECONDS))
                .as("the reader ends")
                .isTrue();
        return new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Tells a {@link #held} reader where to read. */
    static void tell(Process held, long offset) throws IOException {
        held.getOutputStream().write((offset + "\n").getBytes(StandardCharsets.US_ASCII));
        held.getOutputStream().flush();
    }

    /** Processes that keep this host's mirror. */
    List<Long> keepers() {
        String fifo = run.resolve("mirror/m.").toString();
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains("nowake-keeper\0" + fifo))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }

    /** Who waits for bytes, as far as the daemon has written it down for its successor: slots of 48 bytes. */
    int waiting() throws IOException {
        ByteBuffer slots = ByteBuffer.wrap(Files.readAllBytes(run.resolve("mirror/m.waiting")));
        slots.order(ByteOrder.nativeOrder());
        int waiting = 0;
        for (int at = 0; at + 48 <= slots.limit(); at += 48) {
            waiting += slots.getInt(at + 40) > 0 && slots.getLong(at + 24) > slots.getLong(at + 16) ? 1 : 0;
        }
        return waiting;
    }

    /** Nothing is left of it but what a next one needs: no keeper, no FIFO, no mark, no link. */
    void assertNothingLeft() throws IOException {
        await("keepers end").atMost(SOON).until(() -> keepers().isEmpty());
        assertThat(local.toFile()).matches(file -> !Files.exists(file.toPath(), LinkOption.NOFOLLOW_LINKS));
        try (Stream<Path> left = Files.list(run.resolve("mirror"))) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("m.waiting");
        }
        Path base = local.resolveSibling(".m.nowake");
        List<String> inodes = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(base)) {
            for (Path path : tree.toList()) {
                inodes.add("ino:%x ".formatted((long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)));
            }
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                assertThat(marks(process))
                        .as("marks of " + process)
                        .noneMatch(mark -> inodes.stream().anyMatch(mark::contains));
            }
        }
    }

    private static List<String> marks(Path process) {
        List<String> marks = new ArrayList<>();
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (Path fd : fds) {
                Files.readString(fd)
                        .lines()
                        .filter(line -> line.startsWith("fanotify ino:"))
                        .forEach(marks::add);
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException ended) {
            return marks;
        }
        return marks;
    }

    @Override
    public void close() throws IOException {
        readers.forEach(Process::destroyForcibly);
        if (daemon != null) {
            daemon.close();
        }
        keepers()
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(process -> {
                    List<ProcessHandle> sleeping = process.descendants().toList();
                    process.destroyForcibly();
                    sleeping.forEach(ProcessHandle::destroyForcibly);
                }));
        Files.deleteIfExists(local);
        Rig.delete(folder);
    }
}
