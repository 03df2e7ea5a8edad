package dev.nowake.agent.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Small weight files. */
final class ModelFiles {
    static final int MIB = 1 << 20;

    private ModelFiles() {}

    /** A safetensors file of so many bytes with so many equal tensors, on disk and not dirty. */
    static Path safetensors(Path path, int sizeBytes, int tensors) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(file.array(), (byte) 3);
        int headerBytes = 64 * 1024 - 8;
        int each = (sizeBytes - 64 * 1024) / tensors;
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < tensors; i++) {
            header.append(i == 0 ? "" : ",")
                    .append("\"t")
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[")
                    .append(each);
            header.append("],\"data_offsets\":[")
                    .append(i * each)
                    .append(',')
                    .append((i + 1) * each)
                    .append("]}");
        }
        header.append('}').append(" ".repeat(headerBytes - header.length()));
        file.putLong(0, headerBytes);
        file.put(8, header.toString().getBytes(StandardCharsets.UTF_8));
        return write(path, file);
    }

    static Path bytes(Path path, int sizeBytes) throws IOException {
        ByteBuffer file = ByteBuffer.allocate(sizeBytes);
        Arrays.fill(file.array(), (byte) 5);
        return write(path, file);
    }

    private static Path write(Path path, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return path;
    }
}
