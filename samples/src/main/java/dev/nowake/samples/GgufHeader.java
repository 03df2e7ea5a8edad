package dev.nowake.samples;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The head of one GGUF version 3 file; tensors start at multiples of 32 bytes, the format's default alignment. */
final class GgufHeader {
    static final int ALIGNMENT_BYTES = 32;
    private static final int UINT16 = 2;
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int keys;

    private GgufHeader() {}

    /** The head of file {@code part} of {@code parts}; only the first of several carries the model's own keys. */
    static byte[] of(Architecture model, String name, List<WeightTensor> tensors, int part, int parts, int allTensors) {
        GgufHeader body = new GgufHeader();
        if (part == 0) {
            body.putModel(model, name);
        }
        if (parts > 1) {
            body.key("split.no", UINT16).put(Short.BYTES, part);
            body.key("split.count", UINT16).put(Short.BYTES, parts);
            body.key("split.tensors.count", INT32).put(Integer.BYTES, allTensors);
        }
        body.putTensors(tensors);
        GgufHeader head = new GgufHeader();
        head.out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        head.put(Integer.BYTES, 3).put(Long.BYTES, tensors.size()).put(Long.BYTES, body.keys);
        head.out.writeBytes(body.out.toByteArray());
        while (head.out.size() % ALIGNMENT_BYTES != 0) {
            head.out.write(0);
        }
        return head.out.toByteArray();
    }

    /** Bytes of tensor data in such a file, padding included. */
    static long dataBytes(List<WeightTensor> tensors) {
        return tensors.stream().mapToLong(tensor -> aligned(tensor.sizeBytes())).sum();
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    private void putModel(Architecture model, String name) {
        String family = model.preset().ggufArchitecture();
        key("general.architecture", STRING).string(family);
        key("general.name", STRING).string(name);
        // llama.cpp's file types: 1 is mostly F16, 32 mostly BF16
        key("general.file_type", UINT32).put(Integer.BYTES, model.type() == DType.BF16 ? 32 : 1);
        key(family + ".block_count", UINT32).put(Integer.BYTES, model.layers());
        key(family + ".context_length", UINT32).put(Integer.BYTES, 8192);
        key(family + ".embedding_length", UINT32).put(Integer.BYTES, model.hidden());
        key(family + ".feed_forward_length", UINT32).put(Integer.BYTES, model.intermediate());
        key(family + ".attention.head_count", UINT32).put(Integer.BYTES, model.heads());
        key(family + ".attention.head_count_kv", UINT32).put(Integer.BYTES, model.keyHeads());
        key(family + ".attention.layer_norm_rms_epsilon", FLOAT32).put(Integer.BYTES, Float.floatToRawIntBits(1e-5f));
        key(family + ".vocab_size", UINT32).put(Integer.BYTES, model.vocabulary());
        if (model.preset().experts > 0) {
            key(family + ".expert_count", UINT32).put(Integer.BYTES, model.preset().experts);
            key(family + ".expert_used_count", UINT32).put(Integer.BYTES, 2);
        }
        key("tokenizer.ggml.model", STRING).string("gpt2");
        key("tokenizer.ggml.tokens", ARRAY).put(Integer.BYTES, STRING).put(Long.BYTES, model.vocabulary());
        for (int token = 0; token < model.vocabulary(); token++) {
            string("t" + token);
        }
    }

    private void putTensors(List<WeightTensor> tensors) {
        long offsetBytes = 0;
        for (WeightTensor tensor : tensors) {
            string(tensor.name());
            put(Integer.BYTES, tensor.shape().size());
            tensor.shape().reversed().forEach(length -> put(Long.BYTES, length));
            put(Integer.BYTES, tensor.type().ggmlType()).put(Long.BYTES, offsetBytes);
            offsetBytes += aligned(tensor.sizeBytes());
        }
    }

    private GgufHeader key(String name, int type) {
        keys++;
        return string(name).put(Integer.BYTES, type);
    }

    private GgufHeader string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put(Long.BYTES, bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private GgufHeader put(int lengthBytes, long value) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        out.write(bytes, 0, lengthBytes);
        return this;
    }
}
