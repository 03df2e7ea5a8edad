package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class TorchReaderTest {
    private static void stored(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }

    static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : names) {
                stored(zip, name, new byte[100]);
            }
        }
        return out.toByteArray();
    }

    /** One storage, everything that can be 64 bits wide is. */
    private static byte[] zip64(long claimedBytes) {
        String pickle = "m/data.pkl";
        String storage = "m/data/0";
        Maker maker = Maker.little();
        local(maker, pickle).raw(new byte[10]);
        long storageAt = maker.size();
        local(maker, storage).raw(new byte[50]);
        long directory = maker.size();
        central(maker, pickle, 10, 0);
        central(maker, storage, claimedBytes, storageAt);
        long end = maker.size();
        maker.u32(0x06064b50)
                .u64(44)
                .u16(45)
                .u16(45)
                .u32(0)
                .u32(0)
                .u64(2)
                .u64(2)
                .u64(end - directory)
                .u64(directory);
        maker.u32(0x07064b50).u32(0).u64(end).u32(1);
        maker.u32(0x06054b50)
                .u16(-1)
                .u16(-1)
                .u16(-1)
                .u16(-1)
                .u32(-1)
                .u32(-1)
                .u16(3)
                .ascii("bye");
        return maker.bytes();
    }

    private static Maker local(Maker maker, String name) {
        return maker.u32(0x04034b50).raw(new byte[22]).u16(name.length()).u16(0).ascii(name);
    }

    private static void central(Maker maker, String name, long bytes, long offset) {
        maker.u32(0x02014b50).raw(new byte[6]).u16(0).raw(new byte[8]).u32(-1).u32(-1);
        maker.u16(name.length())
                .u16(4 + 5 + 4 + 24)
                .u16(0)
                .raw(new byte[8])
                .u32(-1)
                .ascii(name);
        maker.u16(0x4246).u16(5).raw(new byte[5]);
        maker.u16(1).u16(24).u64(bytes).u64(bytes).u64(offset);
    }

    @Test
    void storagesAreTensors() throws Exception {
        byte[] file = zip("m/data.pkl", "m/byteorder", "m/data/0", "m/data/1", "m/version", "m/.data/serialization_id");
        Layout layout = FormatDetector.read(MemorySource.of(file), "x.bin");
        assertThat(layout.format()).isEqualTo(Format.TORCH_ZIP);
        assertThat(layout.tensorCount()).isEqualTo(2);
        assertThat(layout.tensors()).extracting(tensor -> tensor.name()).containsExactly("m/data/0", "m/data/1");
        assertThat(layout.tensors())
                .allSatisfy(tensor -> assertThat(tensor.bytes().lengthBytes()).isEqualTo(30 + 8 + 100));
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt((int) layout.dataOffsetBytes())).isEqualTo(Magic.ZIP_LOCAL);
    }

    @Test
    void aZipOfSomethingElseIsUnknown() throws Exception {
        assertThat(FormatDetector.read(MemorySource.of(zip("a.txt")), "x.bin")).isEqualTo(Layout.unknown());
        assertThat(FormatDetector.read(MemorySource.of(zip("a.npy")), "x.npz")).isEqualTo(Layout.unknown());
    }

    @Test
    void wideZips() throws Exception {
        Layout layout = TorchZipReader.read(MemorySource.of(zip64(50)));
        assertThat(layout.tensors())
                .singleElement()
                .satisfies(tensor -> assertThat(tensor.bytes().lengthBytes()).isEqualTo(88));
        for (long lie : new long[] {51, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> TorchZipReader.read(MemorySource.of(zip64(lie))))
                    .isInstanceOf(HostileModelException.class)
                    .hasMessageContaining("overlaps");
        }
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        byte[] file = zip64(50);
        for (int length = 4; length < file.length - 3; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> TorchZipReader.read(MemorySource.of(cut)))
                    .isInstanceOf(HostileModelException.class);
        }
    }

    @Test
    void onlyTheEndOfAFileIsRead() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            stored(zip, "m/data.pkl", new byte[10]);
            stored(zip, "m/data/0", new byte[4 << 20]);
        }
        MemorySource source = MemorySource.of(out.toByteArray());
        assertThat(TorchZipReader.read(source).tensorCount()).isEqualTo(1);
        assertThat(source.bytesRead()).isLessThan(128 << 10);
    }

    @Test
    void anEndRecordThatPointsAnywhere() throws Exception {
        byte[] file = zip("m/data.pkl", "m/data/0");
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, file.length}) {
            for (int at : new int[] {file.length - 10, file.length - 6}) {
                int before = bytes.getInt(at);
                bytes.putInt(at, value);
                assertThatThrownBy(() -> TorchZipReader.read(MemorySource.of(file)))
                        .isInstanceOf(HostileModelException.class);
                bytes.putInt(at, before);
            }
        }
        assertThat(TorchZipReader.read(MemorySource.of(file)).tensorCount()).isEqualTo(1);
    }

    @Test
    void picklesByTheirMagic() throws Exception {
        byte[] legacy = {
            (byte) 0x80,
            2,
            (byte) 0x8a,
            0x0a,
            0x6c,
            (byte) 0xfc,
            (byte) 0x9c,
            0x46,
            (byte) 0xf9,
            0x20,
            0x6a,
            (byte) 0xa8,
            0x50,
            0x19,
            '.',
            (byte) 0x80,
            2,
            'M',
            (byte) 0xe9,
            3,
            '.'
        };
        assertThat(FormatDetector.sniff(MemorySource.of(legacy))).isEqualTo(Format.TORCH_PICKLE);
        assertThat(FormatDetector.read(MemorySource.of(legacy), "x").format()).isEqualTo(Format.TORCH_PICKLE);
        byte[] plain = {(byte) 0x80, 4, (byte) 0x95, 0, 0, 0, 0, 0, 0, 0, 0};
        assertThat(FormatDetector.read(MemorySource.of(plain), "x.pt").format()).isEqualTo(Format.TORCH_PICKLE);
        assertThat(FormatDetector.read(MemorySource.of(plain), "x.dat").format())
                .isEqualTo(Format.UNKNOWN);
    }
}
