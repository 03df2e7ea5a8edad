package dev.nowake.agent.cli;

import dev.nowake.agent.config.ByteSize;
import dev.nowake.agent.demo.Demo;
import dev.nowake.agent.demo.Measurement;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.proc.MemInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows on this host, with its own disk, what the daemon changes for a loader that knows nothing of it. */
@Command(
        name = "demo",
        description = "Makes a model, loads it in another process without and with the daemon, and compares.")
final class DemoVerb implements Callable<Integer> {
    private static final long GIB = 1L << 30;

    /** Large enough that a load takes seconds, small enough for a workstation's disk. */
    private static final long DEFAULT_BYTES = 4 * GIB;

    private static final long SMALLEST_BYTES = 64L << 20;

    /** One row of the comparison. */
    record Figure(String name, Function<Measurement, String> text) {}

    static final List<Figure> FIGURES = List.of(
            new Figure("seconds", m -> Sizes.digits(m.seconds())),
            new Figure("GB/s", m -> Sizes.digits(m.gigabytesPerSecond())),
            new Figure("major faults", m -> Long.toString(m.majorFaults())),
            new Figure("peak resident", m -> Sizes.of(m.peakResidentBytes())),
            new Figure("resident 1 s after exit", m -> Sizes.of(m.residentAfterBytes())),
            new Figure("pages scanned by kswapd", m -> Long.toString(m.scannedByKswapd())));

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description = "The model's size (default: 4GiB, less where space is short).")
    private String size;

    @Option(names = "--rounds", paramLabel = "N", description = "Pairs of loads; the median is shown (default: 1).")
    private int rounds = 1;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the model is made and deleted (default: /var/tmp).")
    private String folder = "/var/tmp";

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            description = "Also writes a page with both time lines side by side.")
    private String report;

    @Option(names = "--force", description = "Lets --report overwrite a file that is no report.")
    private boolean force;

    private final Invocation invocation;

    DemoVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, IOException, InterruptedException {
        if (invocation.kernel().features().whyMissing(Feature.FANOTIFY) != null) {
            throw new CliException(
                    ExitCode.NOT_PERMITTED,
                    "not_permitted",
                    "the daemon needs root (CAP_SYS_ADMIN): sudo ./nowake demo");
        }
        if (rounds < 1) {
            throw CliException.usage("--rounds is 1 or more");
        }
        ReportFile page = report == null ? null : new ReportFile(RawArguments.path(report), force);
        if (page != null) {
            page.check();
        }
        Path parent = RawArguments.path(folder);
        long bytes = wantedBytes(parent);
        Demo demo = new Demo(
                invocation.kernel(),
                Main.class.getName(),
                line -> invocation.err().println("nowake: " + line));
        Demo.Result result = demo.run(parent, bytes, rounds);
        if (page != null) {
            page.write(DemoPage.of(result));
            invocation.err().println("nowake: the page is in " + page.name());
        }
        if (invocation.json()) {
            writeJson(result);
        } else {
            print(result);
        }
        return ExitCode.DONE;
    }

    private long wantedBytes(Path parent) throws CliException, IOException {
        long fits = Math.min(
                Files.getFileStore(parent).getUsableSpace() / 2, MemInfo.read().availableBytes() / 3);
        long wanted;
        try {
            wanted = size == null ? Math.min(DEFAULT_BYTES, fits) : ByteSize.parse(size);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage("--size: " + wrong.getMessage());
        }
        if (wanted < SMALLEST_BYTES || wanted > fits) {
            throw CliException.usage("a model of " + Sizes.of(wanted) + " does not suit: between "
                    + Sizes.of(SMALLEST_BYTES) + " and " + Sizes.of(fits)
                    + " fit here (half the free disk, a third of the memory); try --size or --dir");
        }
        return wanted;
    }

    static String howMany(Demo.Result result) {
        return result.rounds() == 1 ? "one load each" : "medians of " + result.rounds() + " loads each";
    }

    private void print(Demo.Result result) {
        invocation
                .out()
                .printf(
                        Locale.ROOT,
                        "%nA model of %s in %d shards, loaded cold by a loader that knows nothing of nowake;%n%s.%n",
                        Sizes.of(result.modelBytes()),
                        result.shards(),
                        howMany(result));
        result.loaders().forEach((how, pair) -> {
            invocation.out().println();
            TextTable table = new TextTable(how + " loader", ">without nowake", ">with nowake");
            FIGURES.forEach(figure -> table.row(
                    figure.name(),
                    figure.text().apply(pair.without()),
                    figure.text().apply(pair.with())));
            table.print(invocation.out());
        });
    }

    private void writeJson(Demo.Result result) {
        JsonOutput.write(invocation.out(), json -> {
            json.number("modelBytes", result.modelBytes())
                    .number("shards", result.shards())
                    .number("rounds", result.rounds());
            json.array("loaders", result.loaders().entrySet(), entry -> {
                json.text("how", entry.getKey());
                write(json, "without", entry.getValue().without());
                write(json, "with", entry.getValue().with());
            });
        });
    }

    private static void write(JsonOutput json, String side, Measurement m) {
        json.object(
                side,
                object -> object.decimal("seconds", m.seconds())
                        .decimal("gbPerSecond", m.gigabytesPerSecond())
                        .number("majorFaults", m.majorFaults())
                        .number("peakResidentBytes", m.peakResidentBytes())
                        .number("residentAfterBytes", m.residentAfterBytes())
                        .number("scannedByKswapd", m.scannedByKswapd()));
    }
}
