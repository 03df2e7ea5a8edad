package dev.nowake.policy.trace;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Traces for tests. */
final class Traces {
    private Traces() {}

    static Access access(int file, long offset, long length) {
        return new Access(file, offset, length, 0, 0, 1);
    }

    static Arbitrary<Access> accesses(int files, long mostBytes) {
        return Combinators.combine(
                        Arbitraries.integers().between(0, files - 1),
                        Arbitraries.longs().between(0, mostBytes),
                        Arbitraries.longs().between(1, mostBytes),
                        Arbitraries.integers().between(-1, 255),
                        Arbitraries.longs().between(-1, Long.MAX_VALUE),
                        Arbitraries.integers().between(-1, Integer.MAX_VALUE))
                .as(Access::new);
    }

    /** Any bytes a path may have. */
    static Arbitrary<TraceName> names() {
        return Arbitraries.bytes()
                .filter(b -> b != 0)
                .array(byte[].class)
                .ofMinSize(1)
                .ofMaxSize(40)
                .map(TraceName::of);
    }

    static Arbitrary<TraceFile> files() {
        return Combinators.combine(
                        names(),
                        Arbitraries.longs().between(-1, Long.MAX_VALUE),
                        Arbitraries.longs().injectNull(0.1))
                .as((name, size, mtime) -> new TraceFile(name, size, mtime == null ? TraceFile.UNTOLD : mtime));
    }

    static Arbitrary<TraceHeader> headers() {
        return Combinators.combine(
                        Arbitraries.of(TraceHeader.Source.class),
                        Arbitraries.doubles().between(0, 1e10),
                        Arbitraries.longs().between(-1, Long.MAX_VALUE),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.longs().between(0, Long.MAX_VALUE))
                .as(TraceHeader::new);
    }

    static Arbitrary<Trace> traces() {
        return files().list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .uniqueElements(TraceFile::name)
                .flatMap(files -> Combinators.combine(
                                headers(),
                                accesses(files.size(), Long.MAX_VALUE / 2)
                                        .list()
                                        .ofMaxSize(20))
                        .as((header, accesses) -> new Trace(header, files, accesses)));
    }

    static Trace of(List<TraceFile> files, Access... accesses) {
        return new Trace(TraceHeader.NONE, files, List.of(accesses));
    }

    static TraceFile file(String path) {
        return new TraceFile(TraceName.of(path), 1L << 40, 1);
    }

    static byte[] written(TraceFormat format, Trace trace) throws IOException, TraceException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(trace, out);
        return out.toByteArray();
    }

    static Trace read(byte[] bytes) throws IOException, TraceException {
        return TraceFormat.read(new ByteArrayInputStream(bytes));
    }

    static Trace read(String text) throws IOException, TraceException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }
}
