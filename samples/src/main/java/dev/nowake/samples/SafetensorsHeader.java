package dev.nowake.samples;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** The head of one safetensors file: eight bytes of length, then JSON padded with blanks to eight bytes. */
final class SafetensorsHeader {
    private SafetensorsHeader() {}

    /** The order in a file: transformers splits a model in its own order, then each file is sorted by name. */
    static List<WeightTensor> fileOrder(List<WeightTensor> tensors) {
        return tensors.stream().sorted(Comparator.comparing(WeightTensor::name)).toList();
    }

    static byte[] of(List<WeightTensor> tensors) {
        StringBuilder json = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long offsetBytes = 0;
        for (WeightTensor tensor : fileOrder(tensors)) {
            long endBytes = offsetBytes + tensor.sizeBytes();
            json.append(",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(
                            tensor.name(),
                            tensor.type(),
                            tensor.shape().toString().replace(" ", ""),
                            offsetBytes,
                            endBytes));
            offsetBytes = endBytes;
        }
        json.append('}');
        while (json.length() % 8 != 0) {
            json.append(' ');
        }
        byte[] text = json.toString().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }
}
