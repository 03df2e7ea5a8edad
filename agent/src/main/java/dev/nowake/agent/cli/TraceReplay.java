package dev.nowake.agent.cli;

import dev.nowake.agent.config.ByteSize;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.FirstTouches;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prefetches what a trace touched, in its order. */
final class TraceReplay {
    private static final long PAGE_BYTES = 4096;

    /** Of the memory available: a load of any size leaves room for everybody else. */
    private static final int WINDOW_SHARE = 4;

    @Parameters(paramLabel = "FILE", description = "A trace, JSON or maio.")
    private String file;

    @Option(
            names = "--evict-behind",
            description = "Drop again what was brought in, behind a window: so a trace larger than memory is replayed.")
    private boolean evictBehind;

    @Option(
            names = "--window",
            paramLabel = "SIZE",
            description = "What --evict-behind leaves (default: a quarter of the memory available).")
    private String window;

    int run(Invocation invocation) throws CliException {
        Trace trace = TraceVerb.read(RawArguments.path(file));
        if (window != null && !evictBehind) {
            throw CliException.usage("--window is for --evict-behind");
        }
        List<FoundFile> files = check(invocation, trace);
        List<PrefetchRun.Piece> pieces = pieces(trace, files);
        WindowedPrefetch behind = evictBehind ? new WindowedPrefetch(invocation, pieces, windowBytes()) : null;
        PrefetchReport report = evictBehind
                ? behind.run()
                : PrefetchRun.ofPieces(invocation, pieces).run();
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), json -> {
                report.write(json);
                if (behind != null) {
                    json.number("evictedBytes", behind.evictedBytes());
                }
            });
        } else {
            report.print(invocation.out());
            if (behind != null) {
                invocation.out().println("evicted " + Sizes.of(behind.evictedBytes()) + " behind");
                invocation.out().flush();
            }
        }
        if (report.isDone()) {
            return ExitCode.DONE;
        }
        invocation.warn(report.advice(MemInfo.read().availableBytes()));
        return ExitCode.PARTLY_DONE;
    }

    private long windowBytes() throws CliException {
        if (window == null) {
            return Math.max(64L << 20, MemInfo.read().availableBytes() / WINDOW_SHARE);
        }
        try {
            return ByteSize.parse(window);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("--window: " + e.getMessage());
        }
    }

    /** Every file that was touched, as it is now; null for the others. Refuses another version. */
    private List<FoundFile> check(Invocation invocation, Trace trace) throws CliException {
        List<FoundFile> files = new ArrayList<>();
        trace.files().forEach(each -> files.add(null));
        int unknown = 0;
        for (TraceStatistics.OfFile used : TraceStatistics.of(trace).files()) {
            TraceFile about = trace.files().get(used.file());
            Path path = PathBytes.path(about.name().bytes());
            FileStatus status;
            try {
                status = invocation.kernel().files().status(path);
            } catch (IOException e) {
                throw CliException.of(path, e);
            }
            String difference = about.difference(status.sizeBytes(), status.mtimeNanos());
            long end = used.distinct().ranges().getLast().end();
            if (difference == null && end > status.sizeBytes()) {
                difference = "its size is " + status.sizeBytes() + " bytes and the trace reaches to " + end;
            }
            if (difference != null) {
                throw new CliException(
                        ExitCode.FAILED,
                        "other_version",
                        Invocation.show(path) + ": not the file that was recorded: " + difference
                                + "; record it again");
            }
            unknown += about.hasIdentity() ? 0 : 1;
            Shard shard = new Shard(
                    new FileId(status.device(), status.inode()),
                    used.file(),
                    about.name().text(),
                    status.sizeBytes());
            files.set(used.file(), new FoundFile(path, shard));
        }
        if (unknown > 0) {
            invocation.warn("the trace does not say which version of " + unknown + (unknown == 1 ? " file" : " files")
                    + " it is of; only sizes were looked at");
        }
        return files;
    }

    private static List<PrefetchRun.Piece> pieces(Trace trace, List<FoundFile> files) {
        List<PrefetchRun.Piece> pieces = new ArrayList<>();
        for (Access access : FirstTouches.of(trace, PAGE_BYTES)) {
            FoundFile found = files.get(access.file());
            RangeSet range = RangeSet.of(access.range()).within(0, found.sizeBytes());
            pieces.add(new PrefetchRun.Piece(found, range));
        }
        return pieces;
    }
}
