package dev.nowake.kernel.fake;

import dev.nowake.kernel.Extent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is in a fake file. Beyond it, and in its holes, a file reads as zeros. */
public interface FakeContent {
    long sizeBytes();

    /** The byte at an offset inside. */
    byte at(long offsetBytes);

    /** Parts that are not holes, in order. */
    default List<Extent> data() {
        return sizeBytes() == 0 ? List.of() : List.of(new Extent(0, sizeBytes()));
    }

    /** Fills the target from an offset; the caller has made sure that it lies inside. */
    default void read(long offsetBytes, ByteBuffer target) {
        for (long at = offsetBytes; target.hasRemaining(); at++) {
            target.put(at < sizeBytes() ? at(at) : 0);
        }
    }

    static FakeContent of(byte[] bytes) {
        byte[] own = bytes.clone();
        return new FakeContent() {
            @Override
            public long sizeBytes() {
                return own.length;
            }

            @Override
            public byte at(long offsetBytes) {
                return own[(int) offsetBytes];
            }
        };
    }

    /** Any size at no cost: each byte depends on its offset, differs from its neighbours' and is never 0. */
    static FakeContent synthetic(long sizeBytes) {
        return sparse(sizeBytes, sizeBytes == 0 ? List.of() : List.of(new Extent(0, sizeBytes)));
    }

    /** Synthetic data in the given extents, holes elsewhere. */
    static FakeContent sparse(long sizeBytes, List<Extent> data) {
        return generated(sizeBytes, data, offset -> (byte) (offset % 251 + 1));
    }

    /** The byte a generated file has at an offset. */
    interface Generator {
        byte at(long offsetBytes);
    }

    /** Generated data in the given extents, holes elsewhere. */
    static FakeContent generated(long sizeBytes, List<Extent> data, Generator generator) {
        List<Extent> own = List.copyOf(data);
        return new FakeContent() {
            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public byte at(long offsetBytes) {
                boolean inData = own.stream()
                        .anyMatch(part -> offsetBytes >= part.offsetBytes() && offsetBytes < part.endBytes());
                return inData ? generator.at(offsetBytes) : 0;
            }

            @Override
            public List<Extent> data() {
                return own;
            }
        };
    }

    /** A header of real bytes, synthetic after it: a model file of any size. */
    static FakeContent headed(byte[] header, long sizeBytes) {
        byte[] own = header.clone();
        return new FakeContent() {
            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public byte at(long offsetBytes) {
                return offsetBytes < own.length ? own[(int) offsetBytes] : (byte) (offsetBytes % 251 + 1);
            }
        };
    }

    /** What {@code below} has become after a write. */
    static FakeContent overwritten(FakeContent below, long offsetBytes, byte[] bytes) {
        byte[] own = bytes.clone();
        long end = offsetBytes + own.length;
        List<Extent> data = new ArrayList<>();
        for (Extent part : below.data()) {
            addPart(data, part.offsetBytes(), Math.min(offsetBytes, part.endBytes()));
        }
        addPart(data, offsetBytes, end);
        for (Extent part : below.data()) {
            addPart(data, Math.max(end, part.offsetBytes()), part.endBytes());
        }
        return new FakeContent() {
            @Override
            public long sizeBytes() {
                return Math.max(below.sizeBytes(), end);
            }

            @Override
            public byte at(long at) {
                boolean isOwn = at >= offsetBytes && at < end;
                return isOwn ? own[(int) (at - offsetBytes)] : at < below.sizeBytes() ? below.at(at) : 0;
            }

            @Override
            public List<Extent> data() {
                return data;
            }
        };
    }

    /** Behind the last one, as one with it where they touch. */
    private static void addPart(List<Extent> data, long start, long end) {
        if (end <= start) {
            return;
        }
        if (!data.isEmpty() && data.getLast().endBytes() == start) {
            start = data.removeLast().offsetBytes();
        }
        data.add(new Extent(start, end - start));
    }

    /** The bytes of a file on disk, read when asked for. */
    static FakeContent real(Path file) throws IOException {
        long size = Files.size(file);
        return new FakeContent() {
            @Override
            public long sizeBytes() {
                return size;
            }

            @Override
            public byte at(long offsetBytes) {
                ByteBuffer one = ByteBuffer.allocate(1);
                read(offsetBytes, one);
                return one.get(0);
            }

            @Override
            public void read(long offsetBytes, ByteBuffer target) {
                try (FileChannel channel = FileChannel.open(file)) {
                    long at = offsetBytes;
                    int got = 0;
                    while (target.hasRemaining() && got >= 0) {
                        at += got;
                        got = channel.read(target, at);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                while (target.hasRemaining()) {
                    target.put((byte) 0);
                }
            }
        };
    }
}
