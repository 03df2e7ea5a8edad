package dev.nowake.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Writes traces of loads that did not take place: the ranges a loader would touch in models laid out as {@link ModelMaker}
 * lays them out, with the times a disk of 1.5 GB/s and a copy to a GPU would give. No weight is written. Each load is
 * written twice, as JSON lines and as maio reads it; equal calls write equal bytes.
 */
public final class TraceMaker {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** Disk, and what a loader does with a tensor: the sum of both is in a recording's times. */
    private static final double READ_NANOS_PER_BYTE = 1 / 1.5;

    private static final double COPY_NANOS_PER_BYTE = 0.1;
    private static final long TENSOR_NANOS = 200_000;

    /** A header is parsed and memory is taken before the first tensor of a shard is read. */
    private static final long OPEN_NANOS = 20_000_000;

    /** 2025-01-01, for every file. */
    private static final String MTIME_NANOS = "1735689600000000000";

    /** {@code tensors}: where they begin, and behind the last the file's end. */
    private record Shard(String path, long headBytes, List<Long> tensors) {
        long sizeBytes() {
            return tensors.getLast();
        }
    }

    private record Touch(int file, long offset, long length, int node, long nanos, int pid) {}

    private final List<Shard> shards;
    private final List<Touch> touches = new ArrayList<>();

    private TraceMaker(List<Shard> shards) {
        this.shards = shards;
    }

    /** {@code TraceMaker DIR}: writes every sample, as DIR/NAME.jsonl and DIR/NAME.trace. */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("TraceMaker: which folder?");
            System.exit(2);
        }
        writeAll(Path.of(args[0]));
    }

    /** As {@link #main}; the folder is created when missing. */
    public static void writeAll(Path folder) throws IOException {
        Files.createDirectories(folder);
        TraceMaker sequential = new TraceMaker(safetensors("llama-2b", 8, 4 * GIB));
        sequential.readInOrder(4242, 0, 0, 1);
        sequential.write(folder, "safetensors-read");
        TraceMaker random = new TraceMaker(safetensors("llama-2b", 8, 4 * GIB));
        random.mapInAnyOrder();
        random.write(folder, "safetensors-mmap-random");
        TraceMaker gguf = new TraceMaker(gguf("llama-1b", 2 * GIB));
        gguf.readStraight(4 * MIB);
        gguf.write(folder, "gguf-sequential");
        TraceMaker ranks = new TraceMaker(safetensors("qwen-2b", 4, 4 * GIB));
        ranks.readInOrder(5001, 0, 0, 2);
        ranks.readInOrder(5002, 1, 1, 2);
        ranks.touches.sort((a, b) -> Long.compare(a.nanos(), b.nanos()));
        ranks.write(folder, "two-ranks");
    }

    private static List<Shard> safetensors(String name, int count, long totalBytes) {
        Preset preset = name.startsWith("qwen") ? Preset.QWEN : Preset.LLAMA;
        Architecture model = Architecture.fit(preset, DType.BF16, totalBytes);
        List<List<WeightTensor>> parts = ModelMaker.split(model.tensors(), count);
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            List<WeightTensor> ordered = SafetensorsHeader.fileOrder(parts.get(i));
            long head = SafetensorsHeader.of(parts.get(i)).length;
            String path = "/models/%s/model-%05d-of-%05d.safetensors".formatted(name, i + 1, count);
            shards.add(new Shard(path, head, starts(head, ordered)));
        }
        return shards;
    }

    private static List<Shard> gguf(String name, long totalBytes) {
        Architecture model = Architecture.fit(Preset.LLAMA, DType.BF16, totalBytes);
        List<WeightTensor> tensors = GgufNames.tensors(model);
        long head = GgufHeader.of(model, name, tensors, 0, 1, tensors.size()).length;
        String path = "/models/" + name + "/" + name + ".gguf";
        return List.of(new Shard(path, head, List.of(head, head + GgufHeader.dataBytes(tensors))));
    }

    private static List<Long> starts(long headBytes, List<WeightTensor> tensors) {
        List<Long> starts = new ArrayList<>(List.of(headBytes));
        tensors.forEach(tensor -> starts.add(starts.getLast() + tensor.sizeBytes()));
        return starts;
    }

    /** One rank's load by read(): every shard in order, of every tensor its part. */
    private void readInOrder(int pid, int node, int rank, int ranks) {
        long nanos = rank * 5_000_000L;
        for (int file = 0; file < shards.size(); file++) {
            Shard shard = shards.get(file);
            nanos = touch(file, 0, shard.headBytes(), node, nanos, pid) + OPEN_NANOS;
            for (int i = 0; i + 1 < shard.tensors().size(); i++) {
                long part = (shard.tensors().get(i + 1) - shard.tensors().get(i)) / ranks;
                nanos = touch(file, shard.tensors().get(i) + rank * part, part, node, nanos, pid);
            }
        }
    }

    /** A load by mmap whose tensors are used in an order that is not the file's. */
    private void mapInAnyOrder() {
        long nanos = 0;
        for (int file = 0; file < shards.size(); file++) {
            Shard shard = shards.get(file);
            nanos = touch(file, 0, shard.headBytes(), 0, nanos, 4343) + OPEN_NANOS;
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i + 1 < shard.tensors().size(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(file));
            for (int i : order) {
                long start = shard.tensors().get(i);
                nanos = touch(file, start, shard.tensors().get(i + 1) - start, 0, nanos, 4343);
            }
        }
    }

    /** One file from its beginning to its end in equal pieces. */
    private void readStraight(long pieceBytes) {
        long nanos = 0;
        long size = shards.getFirst().sizeBytes();
        for (long offset = 0; offset < size; offset += pieceBytes) {
            nanos = touch(0, offset, Math.min(pieceBytes, size - offset), 0, nanos, 4444);
        }
    }

    /** Returns when the reader comes to its next range. */
    private long touch(int file, long offset, long length, int node, long nanos, int pid) {
        touches.add(new Touch(file, offset, length, node, nanos, pid));
        return nanos + Math.round(length * (READ_NANOS_PER_BYTE + COPY_NANOS_PER_BYTE)) + TENSOR_NANOS;
    }

    private void write(Path folder, String name) throws IOException {
        StringBuilder json = new StringBuilder();
        StringBuilder maio = new StringBuilder();
        json.append("{\"nowakeTrace\":1,\"source\":\"unknown\",\"files\":%d}\n".formatted(shards.size()));
        for (Shard shard : shards) {
            json.append("{\"path\":\"%s\",\"sizeBytes\":%d,\"mtimeNanos\":\"%s\"}\n"
                    .formatted(shard.path(), shard.sizeBytes(), MTIME_NANOS));
        }
        boolean[] told = new boolean[shards.size()];
        for (Touch touch : touches) {
            Shard shard = shards.get(touch.file());
            json.append("{\"file\":%d,\"offset\":%d,\"length\":%d,\"node\":%d,\"time\":%d,\"pid\":%d}\n"
                    .formatted(touch.file(), touch.offset(), touch.length(), touch.node(), touch.nanos(), touch.pid()));
            maio.append("%s %d %d %d".formatted(shard.path(), touch.offset(), touch.length(), touch.node()));
            maio.append(told[touch.file()] ? "" : " size=%d mtime=%s".formatted(shard.sizeBytes(), MTIME_NANOS));
            maio.append('\n');
            told[touch.file()] = true;
        }
        Files.write(folder.resolve(name + ".jsonl"), json.toString().getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve(name + ".trace"), maio.toString().getBytes(StandardCharsets.UTF_8));
    }
}
