package dev.nowake.agent.cli;

import dev.nowake.agent.trace.TraceDrawing;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a trace holds, as a table or JSON, and as a picture. */
final class TraceShow {
    @Parameters(paramLabel = "FILE", description = "A trace, JSON or maio.")
    private String file;

    @Option(names = "-o", paramLabel = "OUT.svg", description = "Draw it: offset in the file over time.")
    private String drawing;

    int run(Invocation invocation) throws CliException {
        Trace trace = TraceVerb.read(RawArguments.path(file));
        TraceStatistics statistics = TraceStatistics.of(trace);
        if (drawing != null) {
            Path target = RawArguments.path(drawing);
            try {
                Files.writeString(target, TraceDrawing.of(trace, statistics));
            } catch (IOException e) {
                throw CliException.of(target, e);
            }
        }
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), json -> write(json, trace, statistics));
        } else {
            print(invocation, trace, statistics);
        }
        return ExitCode.DONE;
    }

    private static void write(JsonOutput json, Trace trace, TraceStatistics statistics) {
        json.text("source", trace.header().source().label())
                .number("accesses", trace.accesses().size())
                .number("touchedBytes", statistics.touchedBytes())
                .number("distinctBytes", statistics.distinctBytes())
                .decimal("sequentialShare", statistics.sequentialShare())
                .decimal("seconds", Math.max(0, statistics.durationNanos()) / 1e9)
                .number("lostEvents", trace.header().lostEvents())
                .number("droppedAccesses", trace.header().droppedAccesses())
                .array("files", statistics.files(), each -> {
                    TraceFile about = trace.files().get(each.file());
                    json.text("path", about.name().text());
                    if (about.name().base64() != null) {
                        json.text("pathBase64", about.name().base64());
                    }
                    json.bytesOrNull("sizeBytes", about.sizeBytes())
                            .number("accesses", each.accesses())
                            .number("touchedBytes", each.touchedBytes())
                            .number("distinctBytes", each.distinct().bytes())
                            .decimal("firstSeconds", Math.max(0, each.firstNanos()) / 1e9)
                            .decimal("lastSeconds", Math.max(0, each.lastNanos()) / 1e9);
                });
    }

    private static void print(Invocation invocation, Trace trace, TraceStatistics statistics) {
        String lost = trace.header().lostEvents() > 0 ? ", " + trace.header().lostEvents() + " events lost" : "";
        String duration =
                statistics.durationNanos() < 0 ? "no times" : Sizes.digits(statistics.durationNanos() / 1e9) + " s";
        invocation
                .out()
                .println("touched " + Sizes.of(statistics.touchedBytes()) + ", " + Sizes.of(statistics.distinctBytes())
                        + " distinct, "
                        + Sizes.percent(statistics.sequentialBytes(), Math.max(1, statistics.touchedBytes()))
                        + "% sequential, " + trace.accesses().size() + " accesses, " + duration + " ("
                        + trace.header().source().label() + lost + ")");
        TextTable table =
                new TextTable(">ORDER", ">FIRST", ">LAST", ">TOUCHED", ">DISTINCT", ">OF FILE", ">ACCESSES", "FILE");
        int order = 1;
        for (TraceStatistics.OfFile each : statistics.files()) {
            TraceFile about = trace.files().get(each.file());
            long distinct = each.distinct().bytes();
            table.row(
                    Integer.toString(order++),
                    seconds(each.firstNanos()),
                    seconds(each.lastNanos()),
                    Sizes.of(each.touchedBytes()),
                    Sizes.of(distinct),
                    about.sizeBytes() > 0 ? Sizes.percent(distinct, about.sizeBytes()) + "%" : "?",
                    Integer.toString(each.accesses()),
                    Line.of(about.name().text()));
        }
        table.print(invocation.out());
        int untouched = trace.files().size() - statistics.files().size();
        if (untouched > 0) {
            invocation.out().println(untouched + (untouched == 1 ? " file was" : " files were") + " not touched");
        }
        invocation.out().flush();
    }

    private static String seconds(long nanos) {
        return nanos < 0 ? "?" : Sizes.digits(nanos / 1e9) + " s";
    }
}
