package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The readers of processes on trees of our making. */
class ProcessReadersTest {
    private static final String STAT =
            "0 -1 4194304 99 0 3 0 11 4 0 0 20 0 1 0 166273 3133440 412 18446744073709551615";

    @TempDir
    Path root;

    private Path file;
    private FileKey key;

    @BeforeEach
    void aModelFile() throws IOException {
        file = Files.writeString(root.resolve("model.bin"), "x");
        key = ProcessFiles.key(file);
    }

    @Test
    void statOfACommandWithSpacesAndParentheses() throws IOException {
        put("proc/42/stat", "42 (a ) R (b) S 7 8 9 " + STAT + "\n");
        ProcessInfo process = ProcessInfo.read(root, 42).orElseThrow();
        assertThat(process).isEqualTo(new ProcessInfo(42, "a ) R (b", 'S', 7, 9, 99, 3, 15, 166273, 412));
    }

    @Test
    void brokenStatIsNoProcess() throws IOException {
        for (String text :
                new String[] {"", "42", "42 (", "42 ) S (", "x (a) S 1", "42 (a) S 1 2", "42 (a) SS 7 8 9 " + STAT}) {
            put("proc/42/stat", text);
            assertThat(ProcessInfo.read(root, 42)).as(text).isEmpty();
        }
        assertThat(ProcessInfo.read(root, 43)).isEmpty();
    }

    @Test
    void whatThisProcessUses() throws IOException {
        put(
                "proc/self/stat",
                "1 (a ) 9 (b) S 1 1 1 0 -1 4194560 99 0 3 0 1234 66 7 7 20 0 15 0 166273 2754285568 30603 18446744073709551615\n");
        put("proc/self/fd/0", "");
        put("proc/self/fd/1", "");
        put("proc/self/fd/77", "");
        assertThat(ProcessUse.ofThis(root)).isEqualTo(new ProcessUse(13.0, 30603L * 4096, 2754285568L, 15, 2));
        put("proc/self/stat", "1 (a) S 1");
        assertThat(ProcessUse.ofThis(root)).isEqualTo(new ProcessUse(0, 0, 0, 0, 2));
        assertThat(ProcessUse.ofThis(root.resolve("none"))).isEqualTo(new ProcessUse(0, 0, 0, 0, 0));
    }

    @Test
    void theOwnerOfAProcess() throws IOException {
        put("proc/42/status", "Name:\tUid:\nUmask:\t0022\nUid:\t1000\t0\t0\t0\nGid:\t5\t5\t5\t5\n");
        assertThat(ProcessOwner.read(root, 42)).contains(new ProcessOwner(1000, 0));
        put("proc/42/status", "Uid:\t4294967294\t4294967294\t0\t0\n");
        assertThat(ProcessOwner.read(root, 42)).contains(new ProcessOwner(-2, -2));
        for (String text : new String[] {"", "Uid:", "Uid:\t1", "Uid:\tx\ty", "Uid:\t-1\t0", "Uid:\t4294967296\t0"}) {
            put("proc/42/status", text);
            assertThat(ProcessOwner.read(root, 42)).as(text).isEmpty();
        }
        assertThat(ProcessOwner.read(root, 43)).isEmpty();
    }

    @Test
    void theProcessOfAThread() throws IOException {
        put("proc/43/status", "Name:\tTgid:\nUmask:\t0022\nTgid:\t42\nNgid:\t0\nPid:\t43\n");
        assertThat(ThreadOwner.processOf(root, 43)).hasValue(42);
        for (String text : new String[] {"", "Tgid:", "Tgid:\tx", "Tgid:\t0", "Tgid:\t99999999999"}) {
            put("proc/43/status", text);
            assertThat(ThreadOwner.processOf(root, 43)).as(text).isEmpty();
        }
        assertThat(ThreadOwner.processOf(root, 44)).isEmpty();
        assertThat(ThreadOwner.numbersAreTheKernels(root)).isFalse();
    }

    @Test
    void pidsAreNumbersAlone() throws IOException {
        put("proc/42/stat", "");
        put("proc/7/stat", "");
        put("proc/self/stat", "");
        put("proc/99999999999/stat", "");
        assertThat(ProcessInfo.pids(root)).containsExactly(7, 42);
    }

    @Test
    void bytesReadAreThoseOfAllReads() throws IOException {
        put("proc/42/io", "rchar: 323934931\nwchar: 323929600\nread_bytes: 0\n");
        assertThat(ProcessIo.readBytes(root, 42)).isEqualTo(323934931);
        for (String text : new String[] {"", "rchar:", "rchar: x", "rchar: -1", "wchar: 5", "rchar: 1 2"}) {
            put("proc/42/io", text);
            assertThat(ProcessIo.readBytes(root, 42)).as(text).isEqualTo(-1);
        }
        assertThat(ProcessIo.readBytes(root, 43)).isEqualTo(-1);
    }

    @Test
    void fdinfoFlagsAreOctal() throws IOException {
        put("proc/5/fdinfo/3", "pos:\t4096\nflags:\t0100002\nmnt_id:\t24\nino:\t77\nlock:\t1: POSIX\n");
        DescriptorInfo info = DescriptorInfo.read(root, 5, 3).orElseThrow();
        assertThat(info).isEqualTo(new DescriptorInfo(4096, 0x8002, 24, 77));
        assertThat(info.isWritable()).isTrue();
        put("proc/5/fdinfo/4", "pos:\t-1\nflags:\t010000000\n");
        assertThat(DescriptorInfo.read(root, 5, 4).orElseThrow().isPathOnly()).isTrue();
        assertThat(DescriptorInfo.read(root, 5, 4).orElseThrow().inode()).isEqualTo(-1);
        put("proc/5/fdinfo/6", "pos:\t1\n");
        assertThat(DescriptorInfo.read(root, 5, 6)).isEmpty();
    }

    @Test
    void mapsLines() throws IOException {
        put("proc/5/maps", """
                555e9d2b5000-555e9d2b7000 r--p 00002000 fe:00 260386                     /a  b (deleted)
                7f0000000000-7f0000200000 rw-s 00000000 00:2a 12
                nonsense
                7f-6f r--p 0 0:0 0
                ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
                """);
        ProcessMaps maps = ProcessMaps.read(root, 5);
        assertThat(maps.mappings()).hasSize(3);
        assertThat(maps.mappings().getFirst())
                .isEqualTo(new Mapping(
                        0x555e9d2b5000L,
                        0x555e9d2b7000L,
                        "r--p",
                        0x2000,
                        DeviceNumber.of(0xfe, 0),
                        260386,
                        "/a  b (deleted)"));
        assertThat(maps.of(new FileKey(DeviceNumber.of(0, 0x2a), 12)))
                .singleElement()
                .matches(Mapping::isShared);
        assertThat(maps.mappings().getLast().lengthBytes()).isEqualTo(4096);
    }

    @Test
    void smapsRssBelongsToItsMapping() throws IOException {
        put("proc/5/smaps", """
                1000-3000 r--p 0 08:01 12 /a
                Size:   8 kB
                Rss:    4 kB
                VmFlags: rd mr
                3000-9000 r--p 0 08:01 13 /b
                Rss:    24 kB
                9000-a000 r--p 2000 08:01 12 /a
                Rss:    0 kB
                """);
        assertThat(ProcessMaps.residentOf(root, 5, 12))
                .extracting(ProcessMaps.Resident::residentBytes)
                .containsExactly(4096L, 0L);
        assertThat(ProcessMaps.residentOf(root, 5, 99)).isEmpty();
    }

    @Test
    void descriptorsFollowLinksAndSkipWhatHasNoPath() throws IOException {
        link("proc/5/fd/3", file.toString());
        link("proc/5/fd/4", "pipe:[77]");
        link("proc/5/fd/5", root.resolve("gone").toString());
        link("proc/5/fd/x", file.toString());
        ProcessFiles files = ProcessFiles.read(root, 5);
        assertThat(files.descriptors()).containsExactly(new ProcessFiles.Descriptor(3, key));
        assertThat(files.complete()).isTrue();
        assertThat(files.descriptorsOf(key)).containsExactly(3);
    }

    @Test
    void scanMatchesByDescriptorUnlessTheInodeSaysOtherwise() throws IOException {
        link("proc/5/fd/3", file.toString());
        put("proc/5/fdinfo/3", "flags:\t0100000\nino:\t" + key.inode() + "\n");
        put("proc/5/maps", "");
        link("proc/6/fd/3", file.toString());
        put("proc/6/fdinfo/3", "flags:\t0100000\nino:\t" + (key.inode() + 1) + "\n");
        put("proc/6/maps", "");
        link("proc/7/fd/3", file.toString());
        put("proc/7/maps", "");
        link("proc/8/fd/3", file.toString());
        put("proc/8/fdinfo/3", "flags:\t010000000\nino:\t" + key.inode() + "\n");
        put("proc/8/maps", "");
        OpenFileScan.Users users = OpenFileScan.scan(root, Set.of(key), 999);
        assertThat(users.opened().get(key)).containsExactlyInAnyOrder(5, 7);
        assertThat(users.complete()).isTrue();
        assertThat(OpenFileScan.scan(root, Set.of(key), 5).pids(key)).containsExactly(7);
    }

    @Test
    void scanMatchesMappingsByDeviceAndInode() throws IOException {
        FileKey wanted = new FileKey(DeviceNumber.of(8, 1), 4000000000L);
        process(5, "1000-2000 r--p 0 08:01 4000000000 /a");
        process(6, "1000-2000 r--p 0 08:02 4000000000 /a");
        process(7, "1000-2000 r--p 0 08:01 400000000 /a\nbroken 08:01 4000000000\n1-2 r--p 0 08:zz 4000000000 /a");
        assertThat(OpenFileScan.scan(root, Set.of(wanted), 999).mapped())
                .containsExactlyEntriesOf(java.util.Map.of(wanted, Set.of(5)));
    }

    @Test
    void anonymousDevicesAreAskedThroughMapFiles() throws IOException {
        FileKey wanted = new FileKey(DeviceNumber.of(0, 41), key.inode());
        process(5, "1000-2000 r--p 0 00:40 " + key.inode() + " /a");
        assertThat(OpenFileScan.scan(root, Set.of(wanted), 999).inUse(wanted))
                .as("cannot be asked: counts")
                .isTrue();
        link("proc/5/map_files/1000-2000", file.toString());
        assertThat(OpenFileScan.scan(root, Set.of(wanted), 999).inUse(wanted))
                .as("another file")
                .isFalse();
    }

    @Test
    void aProcessThatKeepsItsSecretIsHidden() throws IOException {
        process(5, "");
        put("proc/6/stat", "6 (zombie) Z 7 8 9 " + STAT);
        put("proc/7/stat", "7 (secret) S 7 8 9 " + STAT);
        OpenFileScan.Users users = OpenFileScan.scan(root, Set.of(key), 999);
        assertThat(users.hidden()).containsExactly(7);
        assertThat(users.complete()).isFalse();
        assertThat(OpenFileScan.scan(root.resolve("nowhere"), Set.of(key), 9).complete())
                .isFalse();
        assertThat(OpenFileScan.scan(root.resolve("nowhere"), Set.of(), 9).complete())
                .isTrue();
    }

    private void process(int pid, String maps) throws IOException {
        Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
        put("proc/" + pid + "/maps", maps);
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    private void link(String path, String target) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.createSymbolicLink(root.resolve(path), Path.of(target));
    }
}
