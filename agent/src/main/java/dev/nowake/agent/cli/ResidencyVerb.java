package dev.nowake.agent.cli;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.proc.PageSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much of each file is in page cache. */
@Command(name = "residency", description = "Shows how much of model files is in page cache. Changes nothing.")
final class ResidencyVerb implements Callable<Integer> {
    private static final int MAP_CELLS = 64;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, or folders searched for model files.")
    private List<String> paths;

    @Option(names = "--map", description = "Also shows which parts of each file are resident.")
    private boolean map;

    @Option(names = "--nodes", description = "Also shows on which NUMA nodes resident pages lie, by a sample of them.")
    private boolean nodes;

    private final Invocation invocation;
    private final List<Row> rows = new ArrayList<>();

    /**
     * {@code resident}: runs of resident bytes, null unless asked for and known; {@code nodes}: null unless asked for.
     */
    private record Row(Path path, long sizeBytes, Residency residency, List<Extent> resident, NodeSample nodes) {}

    ResidencyVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        boolean partly = false;
        for (FoundFile file : Targets.find(invocation, paths).files()) {
            try {
                rows.add(look(file));
            } catch (KernelException e) {
                invocation.warn(CliException.of(file.path(), e).getMessage());
                partly = true;
            }
        }
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), this::write);
        } else {
            print();
        }
        return partly ? ExitCode.PARTLY_DONE : ExitCode.DONE;
    }

    /** A file that may not be opened is one whose residency is unknown. */
    private Row look(FoundFile file) throws KernelException, CliException {
        Kernel kernel = invocation.kernel();
        try (OpenFile open = kernel.files().open(file.path())) {
            long size = kernel.files().status(open).sizeBytes();
            Residency residency = kernel.pageCache().residency(open, 0, size);
            boolean extents = (map || nodes) && residency.isKnown();
            List<Extent> resident = extents ? kernel.pageCache().residentExtents(open, 0, size) : null;
            NodeSample sample = resident == null
                    ? NodeSample.UNKNOWN
                    : NodeSample.of(kernel.pageCache(), open, resident, PageSize.bytes(Path.of("/")));
            return new Row(file.path(), size, residency, map ? resident : null, nodes ? sample : null);
        } catch (KernelException e) {
            if (e.errno().equals(Errno.EACCES) || e.errno().equals(Errno.EPERM)) {
                return new Row(
                        file.path(), file.sizeBytes(), Residency.UNKNOWN, null, nodes ? NodeSample.UNKNOWN : null);
            }
            throw e;
        }
    }

    private long sizeBytes() {
        return rows.stream().mapToLong(Row::sizeBytes).sum();
    }

    /** Negative as soon as one file's is unknown: a sum over the others would pass for the whole. */
    private long residentBytes() {
        boolean known = rows.stream().allMatch(row -> row.residency().isKnown());
        return known
                ? rows.stream()
                        .mapToLong(row -> row.residency().residentBytes())
                        .sum()
                : -1;
    }

    private void write(JsonOutput json) {
        json.array("files", rows, row -> {
            json.path(row.path())
                    .number("sizeBytes", row.sizeBytes())
                    .bytesOrNull("residentBytes", row.residency().residentBytes())
                    .number("dirtyBytes", row.residency().dirtyBytes())
                    .text("source", row.residency().source().name().toLowerCase(java.util.Locale.ROOT));
            if (row.nodes() != null) {
                json.number("nodePages", row.nodes().pages());
                json.array(
                        "nodes",
                        row.nodes().bytes().keySet(),
                        node -> json.number("node", node)
                                .number("residentBytes", row.nodes().bytes().get(node))
                                .number("errorBytes", row.nodes().errorBytes(node)));
            }
            if (row.resident() != null) {
                json.array(
                        "resident",
                        row.resident(),
                        run -> json.number("offsetBytes", run.offsetBytes()).number("lengthBytes", run.lengthBytes()));
            }
        });
        json.number("sizeBytes", sizeBytes()).bytesOrNull("residentBytes", residentBytes());
    }

    private void print() {
        TextTable table = new TextTable(">RESIDENT", ">SIZE", ">%", "", "FILE");
        for (Row row : rows) {
            long resident = row.residency().residentBytes();
            String dirty = row.residency().dirtyBytes() > 0
                    ? "  (dirty: " + Sizes.of(row.residency().dirtyBytes()) + ")"
                    : "";
            table.row(cells(resident, row.sizeBytes(), Invocation.show(row.path()) + dirty));
        }
        if (rows.size() > 1) {
            table.row(cells(residentBytes(), sizeBytes(), "total"));
        }
        table.print(invocation.out());
        if (nodes) {
            printNodes();
        }
        if (map) {
            rows.forEach(this::printMap);
            invocation.out().flush();
        }
    }

    private static String[] cells(long resident, long size, String label) {
        if (resident < 0) {
            return new String[] {"unknown", Sizes.of(size), "?", "", label};
        }
        return new String[] {
            Sizes.of(resident),
            Sizes.of(size),
            Integer.toString(Sizes.percent(resident, size)),
            Bar.of(size == 0 ? 1 : (double) resident / size, 20),
            label
        };
    }

    private void printNodes() {
        TextTable table = new TextTable(">NODE", ">RESIDENT", ">%", ">+-", "FILE");
        for (Row row : rows) {
            NodeSample sample = row.nodes();
            long all =
                    sample.bytes().values().stream().mapToLong(Long::longValue).sum();
            sample.bytes()
                    .forEach((node, bytes) -> table.row(
                            Integer.toString(node),
                            Sizes.of(bytes),
                            Integer.toString(Sizes.percent(bytes, all)),
                            sample.exact() ? "exact" : Sizes.of(sample.errorBytes(node)),
                            Invocation.show(row.path())));
            if (sample == NodeSample.UNKNOWN) {
                table.row("?", "unknown", "?", "?", Invocation.show(row.path()));
            }
        }
        table.print(invocation.out());
    }

    private void printMap(Row row) {
        String drawn = row.resident() == null ? "unknown" : Bar.map(row.resident(), row.sizeBytes(), MAP_CELLS);
        invocation.out().println("|" + drawn + "| " + Invocation.show(row.path()));
    }
}
