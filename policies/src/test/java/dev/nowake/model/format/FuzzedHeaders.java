package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * What a coverage-guided fuzzer calls ({@code samples/fuzz/run.sh}), and the regression test for every input it left. An
 * input is a byte that says who reads, one that says how the file is served, then the file. Throws where a reader breaks a promise: another
 * exception than its own, a layout outside the file, too long, more memory than a header may cost.
 */
public final class FuzzedHeaders {
    /** Five times what is promised: the fuzzer's own bookkeeping takes most of it. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    /** Beside what a reader allots for itself, an input of kibibytes may not cost more. */
    private static final long MAX_ALLOCATED_BYTES = 512L << 20;

    /** How much larger a file is than what stands in it; reading through zeros takes most of the time. */
    private static final int[] SHIFTS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 44};

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private interface Reader {
        Object read(ByteSource source) throws IOException, HostileModelException;
    }

    private static final List<Reader> READERS = List.of(
            SafetensorsReader::read,
            GgufReader::readHeader,
            TorchZipReader::read,
            OnnxReader::read,
            SafetensorsIndex::read,
            OllamaManifest::read,
            source -> FormatDetector.read(source, "x.onnx"),
            source -> FormatDetector.read(source, "x.bin"));

    private FuzzedHeaders() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 2) {
            byte[] file = Arrays.copyOfRange(input, 2, input.length);
            read(READERS.get(input[0] & READERS.size() - 1), serve(file, input[1]));
        }
    }

    /** Whole; in short reads; ending before the size it tells; much larger than what is in it. */
    private static MemorySource serve(byte[] file, byte manner) {
        return switch (manner & 3) {
            case 1 -> MemorySource.of(file).readingAtMost(1 + (manner >> 2 & 31));
            case 2 -> MemorySource.of(file).endingAt(file.length * (long) (manner >> 2 & 63) / 64);
            case 3 -> MemorySource.sparse(file, file.length + (1L << SHIFTS[manner >> 2 & 15]));
            default -> MemorySource.of(file);
        };
    }

    private static void read(Reader reader, MemorySource source) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            Object read = reader.read(source);
            if (read instanceof GgufHeader gguf) {
                checkInside(gguf.layout(), source.sizeBytes());
            } else if (read instanceof Layout layout) {
                checkInside(layout, source.sizeBytes());
            } else if (read instanceof SafetensorsIndex index) {
                check(index.shards().stream().allMatch(SafetensorsIndex::isPlainName), "a shard elsewhere");
            } else if (read instanceof OllamaManifest manifest) {
                check(manifest.blobs().stream().noneMatch(blob -> blob.contains("/")), "a blob elsewhere");
            }
        } catch (HostileModelException refused) {
            String message = refused.getMessage();
            check(message.indexOf('\n') < 0 && message.length() < 500, "a message of several lines: " + message);
        } catch (IOException failed) {
            throw new AssertionError("memory cannot fail", failed);
        }
        check(System.nanoTime() - start < PATIENCE_NANOS, "more than five seconds");
        long cost = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        check(cost < MAX_ALLOCATED_BYTES + 64 * source.bytesRead(), cost + " bytes allocated");
    }

    private static void checkInside(Layout layout, long sizeBytes) {
        check(layout.dataOffsetBytes() >= 0 && layout.dataOffsetBytes() <= sizeBytes, "data outside the file");
        long end = 0;
        for (Tensor tensor : layout.tensors()) {
            check(tensor.bytes().start() >= end, "tensors that overlap");
            end = tensor.bytes().end();
        }
        check(end <= sizeBytes, "a tensor outside the file");
        check(
                layout.tensorCount() >= layout.tensors().size() || layout.tensorCount() == 0,
                "more tensors than counted");
    }

    private static void check(boolean holds, String broken) {
        if (!holds) {
            throw new AssertionError(broken);
        }
    }
}
