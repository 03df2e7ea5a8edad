package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import java.io.IOException;

/**
 * ONNX: a protobuf ModelProto. There is no magic, so the outer fields are walked: each must be one a ModelProto has,
 * with its wire type, and lie inside the file. Initializers are listed with their whole record; weights kept in other
 * files ({@code external_data}) are not followed.
 */
public final class OnnxReader {
    /** Newest known is below 20; room for long. */
    private static final int MAX_IR_VERSION = 1000;

    /** Fields of model and graph together: a graph has tens of thousands of nodes at most. */
    private static final int MAX_FIELDS = 1 << 20;

    /** Records lie behind their weights, so each is a jump: reading more at once would read weights. */
    private static final int READ_BYTES = 4 << 10;

    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int IR_VERSION = 1;
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;
    private static final int TENSOR_NAME = 8;

    private final HeaderBytes bytes;
    private final TensorTable tensors;
    private int fields;
    private boolean hasVersion;
    private boolean hasGraph;

    private OnnxReader(ByteSource source) {
        bytes = new HeaderBytes(source, 0, source.sizeBytes(), READ_BYTES);
        tensors = new TensorTable(0, source.sizeBytes());
    }

    public static Layout read(ByteSource source) throws IOException, HostileModelException {
        OnnxReader reader = new OnnxReader(source);
        reader.readModel();
        var listed = reader.tensors.inFileOrder();
        long dataStart = listed.isEmpty() ? 0 : listed.getFirst().bytes().start();
        return new Layout(Format.ONNX, listed, dataStart, reader.tensors.count());
    }

    private void readModel() throws IOException, HostileModelException {
        while (bytes.remainingBytes() > 0) {
            int tag = readTag();
            switch (tag >>> 3) {
                case IR_VERSION -> {
                    expect(tag, VARINT);
                    long version = readVarint();
                    hasVersion = version >= 1 && version <= MAX_IR_VERSION;
                }
                case 5 -> {
                    expect(tag, VARINT);
                    readVarint();
                }
                case GRAPH -> {
                    expect(tag, BYTES);
                    readGraph(readLength());
                    hasGraph = true;
                }
                case 2, 3, 4, 6, 8, 14, 20, 25, 26 -> {
                    expect(tag, BYTES);
                    bytes.pass(readLength());
                }
                default -> throw new HostileModelException("not ONNX: field " + (tag >>> 3) + " is none of a model's");
            }
        }
        if (!hasVersion || !hasGraph) {
            throw new HostileModelException("not ONNX: no graph or no version");
        }
    }

    private void readGraph(long lengthBytes) throws IOException, HostileModelException {
        long end = bytes.positionBytes() + lengthBytes;
        while (bytes.positionBytes() < end) {
            long start = bytes.positionBytes();
            int tag = readTag();
            if (tag == (INITIALIZER << 3 | BYTES)) {
                long length = readLength();
                long tensorEnd = bytes.positionBytes() + length;
                String name = readTensorName(tensorEnd);
                tensors.add(name.isEmpty() ? "initializer " + tensors.count() : name, start, tensorEnd);
            } else {
                passValue(tag);
            }
        }
        if (bytes.positionBytes() != end) {
            throw new HostileModelException("not ONNX: a field reaches over the graph's end");
        }
    }

    /** Leaves the reader at the tensor's end. */
    private String readTensorName(long endBytes) throws IOException, HostileModelException {
        String name = "";
        while (bytes.positionBytes() < endBytes) {
            int tag = readTag();
            if (tag == (TENSOR_NAME << 3 | BYTES)) {
                name = bytes.readText(readLength(), TensorTable.MAX_NAME_CHARS);
            } else {
                passValue(tag);
            }
        }
        if (bytes.positionBytes() != endBytes) {
            throw new HostileModelException("not ONNX: a field reaches over its tensor's end");
        }
        return name;
    }

    private void passValue(int tag) throws IOException, HostileModelException {
        switch (tag & 7) {
            case VARINT -> readVarint();
            case 1 -> bytes.pass(Long.BYTES);
            case BYTES -> bytes.pass(readLength());
            case 5 -> bytes.pass(Integer.BYTES);
            default -> throw new HostileModelException("not ONNX: wire type " + (tag & 7));
        }
    }

    private static void expect(int tag, int wireType) throws HostileModelException {
        if ((tag & 7) != wireType) {
            throw new HostileModelException("not ONNX: field " + (tag >>> 3) + " has wire type " + (tag & 7));
        }
    }

    private int readTag() throws IOException, HostileModelException {
        if (++fields > MAX_FIELDS) {
            throw new HostileModelException("more than " + MAX_FIELDS + " protobuf fields");
        }
        long tag = readVarint();
        if (tag < 8 || tag > 0xffff_ffffL) {
            throw new HostileModelException("not ONNX: a broken protobuf tag");
        }
        return (int) tag;
    }

    private long readLength() throws IOException, HostileModelException {
        long length = readVarint();
        if (length < 0 || length > bytes.remainingBytes()) {
            throw new HostileModelException("truncated: a protobuf field of " + Long.toUnsignedString(length)
                    + " bytes, " + bytes.remainingBytes() + " follow");
        }
        return length;
    }

    private long readVarint() throws IOException, HostileModelException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = bytes.readByte();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new HostileModelException("not ONNX: a number of more than ten bytes");
    }
}
