package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OnnxReaderTest {
    private static byte[] tensor(String name, int bytes) {
        return Maker.little()
                .varint(1 << 3)
                .varint(bytes)
                .field(9, new byte[bytes])
                .field(8, name.getBytes())
                .bytes();
    }

    static byte[] model() {
        byte[] graph = Maker.little()
                .field(1, "node".getBytes())
                .field(5, tensor("w1", 10_000))
                .field(5, tensor("w2", 20_000))
                .field(2, "main".getBytes())
                .bytes();
        return Maker.little()
                .varint(1 << 3)
                .varint(8)
                .field(2, "pytorch".getBytes())
                .field(7, graph)
                .field(8, new byte[] {16, 17})
                .bytes();
    }

    @Test
    void initializersAreTensorsAndTheirWeightsAreNotRead() throws Exception {
        MemorySource source = MemorySource.of(model());
        Layout layout = FormatDetector.read(source, "m.onnx");
        assertThat(layout.format()).isEqualTo(Format.ONNX);
        assertThat(layout.tensorCount()).isEqualTo(2);
        assertThat(layout.tensors()).extracting(tensor -> tensor.name()).containsExactly("w1", "w2");
        assertThat(layout.tensors().get(1).bytes().lengthBytes()).isBetween(20_000L, 20_040L);
        assertThat(source.bytesRead()).isLessThan(16 << 10);
    }

    @Test
    void truncationsAreRefused() {
        byte[] file = model();
        for (int length : new int[] {0, 1, 2, 5, 20, 5_000, 15_000, file.length - 9, file.length - 1}) {
            refused(Arrays.copyOf(file, length));
        }
    }

    @Test
    void otherBytesAreNotOnnx() {
        refused("hello, this is text".getBytes());
        refused(new byte[1000]);
        refused(Maker.little().varint(1 << 3).varint(8).bytes());
        refused(Maker.little().field(1, new byte[3]).bytes());
        refused(Maker.little().varint(1 << 3).varint(-1).field(7, new byte[0]).bytes());
        refused(Maker.little().varint(7 << 3 | 2).varint(Long.MAX_VALUE).bytes());
        refused(Maker.little().varint(7 << 3 | 2).varint(-1).bytes());
        byte[] over = Maker.little().varint(5 << 3 | 2).varint(4).bytes();
        refused(Maker.little()
                .varint(1 << 3)
                .varint(8)
                .field(7, over)
                .field(14, new byte[20])
                .bytes());
    }

    private static void refused(byte[] file) {
        assertThatThrownBy(() -> OnnxReader.read(MemorySource.of(file))).isInstanceOf(HostileModelException.class);
    }
}
