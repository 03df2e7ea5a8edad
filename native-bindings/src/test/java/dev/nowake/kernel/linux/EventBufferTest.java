package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Events byte by byte: well-formed ones are understood, others are refused, and no descriptor is lost in either. */
class EventBufferTest {
    private static final long FSID = 0x1122_3344_5566_7788L;

    private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
    private final List<Integer> closed = new ArrayList<>();

    private EventBuffer buffer() {
        return buffer(bytes.array());
    }

    private EventBuffer buffer(byte[] content) {
        MemorySegment memory = Arena.ofAuto().allocate(content.length, 8);
        memory.copyFrom(MemorySegment.ofArray(content));
        return new EventBuffer(memory, closed::add);
    }

    private void event(long mask, int fd, int pid, byte[]... records) {
        int length = 24;
        for (byte[] record : records) {
            length += record.length;
        }
        bytes.putInt(length).put((byte) 3).put((byte) 0).putShort((short) 24);
        bytes.putLong(mask).putInt(fd).putInt(pid);
        for (byte[] record : records) {
            bytes.put(record);
        }
    }

    private static byte[] named(int type, byte[] handle, String name) {
        byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
        int length = (20 + handle.length + text.length + 1 + 3) / 4 * 4;
        ByteBuffer record = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        record.put((byte) type).put((byte) 0).putShort((short) length).putLong(FSID);
        record.putInt(handle.length).putInt(129).put(handle).put(text);
        return record.array();
    }

    private static byte[] pidfd(int fd) {
        ByteBuffer record = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        return record.put((byte) 4).put((byte) 0).putShort((short) 8).putInt(fd).array();
    }

    @Test
    void manyEventsOfOneRead() throws Exception {
        event(FileEvent.OPEN, 5, 100);
        event(FileEvent.CLOSE_NOWRITE, 6, 101);
        event(FileEvent.OVERFLOW, -1, 0);
        List<String> seen = new ArrayList<>();
        int delivered =
                buffer().deliver(bytes.position(), e -> seen.add(e.mask() + " " + e.pid() + " " + (e.file() == null)));
        assertThat(delivered).isEqualTo(3);
        assertThat(seen).containsExactly("32 100 false", "16 101 false", "16384 0 true");
        assertThat(closed).containsExactly(5, 6);
    }

    @Test
    void handleNameAndProcess() throws Exception {
        byte[] handle = {1, 2, 3, 4, 5, 6, 7, 8};
        event(FileEvent.OPEN, -1, 7, named(2, handle, "caf\u00e9\n.bin"), pidfd(9));
        List<OpenFile> processes = new ArrayList<>();
        buffer().deliver(bytes.position(), event -> {
            assertThat(event.folder()).isEqualTo(new FolderHandle(FSID, 129, handle));
            assertThat(event.name()).isEqualTo("caf\u00e9\n.bin".getBytes(StandardCharsets.ISO_8859_1));
            processes.add(event.takeProcess());
            assertThat(event.takeProcess()).isNull();
        });
        assertThat(processes).extracting(OpenFile::fd).containsExactly(9);
        assertThat(closed).isEmpty();
    }

    @Test
    void aFolderWithoutANameIsItself() throws Exception {
        event(FileEvent.OPEN, -1, 7, named(3, new byte[] {1, 2, 3, 4}, ""));
        List<byte[]> names = new ArrayList<>();
        buffer().deliver(bytes.position(), event -> names.add(event.name()));
        assertThat(names.getFirst()).asString().isEqualTo(".");
    }

    @Test
    void errorsInPlaceOfDescriptorsAreNone() throws Exception {
        event(FileEvent.OPEN, -24, 7, pidfd(-2));
        buffer().deliver(bytes.position(), event -> {
            assertThat(event.file()).isNull();
            assertThat(event.takeProcess()).isNull();
        });
        assertThat(closed).isEmpty();
    }

    @Test
    void unknownRecordsArePassedOver() throws Exception {
        event(FileEvent.OPEN, -1, 7, named(99, new byte[8], "x"), named(2, new byte[8], "known"));
        List<byte[]> names = new ArrayList<>();
        buffer().deliver(bytes.position(), event -> names.add(event.name()));
        assertThat(names.getFirst()).asString().isEqualTo("known");
    }

    @Test
    void aHandleLargerThanItsRecordIsIgnored() throws Exception {
        byte[] record = named(2, new byte[8], "name");
        ByteBuffer.wrap(record).order(ByteOrder.nativeOrder()).putInt(12, 1 << 30);
        event(FileEvent.OPEN, -1, 7, record);
        buffer().deliver(bytes.position(), event -> assertThat(event.folder()).isNull());
    }

    @Test
    void anotherVersionIsRefusedAfterWhatCameBefore() {
        event(FileEvent.OPEN, 5, 100);
        event(FileEvent.OPEN, 6, 100);
        bytes.put(24 + 4, (byte) 4);
        List<Integer> pids = new ArrayList<>();
        assertThatThrownBy(() -> buffer().deliver(48, event -> pids.add(event.pid())))
                .isInstanceOf(KernelException.class);
        assertThat(pids).containsExactly(100);
        assertThat(closed).containsExactly(5);
    }

    @Test
    void aThrowingSinkClosesTheRest() {
        event(FileEvent.OPEN, 5, 100);
        event(FileEvent.OPEN, 6, 100, pidfd(8));
        event(FileEvent.OPEN, 7, 100);
        assertThatThrownBy(() -> buffer().deliver(bytes.position(), event -> {
                    throw new IllegalStateException("sink");
                }))
                .hasMessage("sink");
        assertThat(closed).containsExactly(5, 6, 8, 7);
    }

    @Property(tries = 2000)
    void anyBytesAreEventsOrRefused(@ForAll @Size(max = 300) byte[] content, @ForAll @IntRange(max = 3) int likely) {
        byte[] padded = Arrays.copyOf(content, Math.max(content.length, 24));
        if (likely > 0) { // a head that passes, so that what follows is looked at
            ByteBuffer head = ByteBuffer.wrap(padded).order(ByteOrder.nativeOrder());
            head.putInt(0, padded.length).put(4, (byte) 3).putShort(6, (short) 24);
        }
        List<OpenFile> files = new ArrayList<>();
        try {
            buffer(padded).deliver(content.length, event -> files.add(event.file()));
        } catch (KernelException refused) {
            assertThat(refused.errno().symbol()).isEqualTo("EINVAL");
        }
        assertThat(files).allMatch(file -> file == null || file.isClosed());
    }
}
