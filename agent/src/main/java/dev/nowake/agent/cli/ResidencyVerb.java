package dev.nowake.agent.cli;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.KernelByteSource;
import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.proc.PageSize;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Tensor;
import dev.nowake.model.format.FormatDetector;
import java.io.IOException;
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
    /** Rows of a map that is drawn without having been asked for: a terminal's height. */
    private static final int MOST_UNASKED = 24;

    private static final int WIDTH = 80;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files, or folders searched for model files.")
    private List<String> paths;

    @Option(
            names = "--map",
            negatable = true,
            description = "Also draws which parts of each file are resident, and which tensors are where"
                    + " (default: without tensors on a terminal).")
    private Boolean map;

    @Option(names = "--nodes", description = "Also shows on which NUMA nodes resident pages lie, by a sample of them.")
    private boolean nodes;

    private final Invocation invocation;
    private final List<Row> rows = new ArrayList<>();
    private ResidencyMap drawing;

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
        List<FoundFile> files = Targets.find(invocation, paths).files();
        if (isDrawn(files.size())) {
            drawing = new ResidencyMap(files.stream().map(FoundFile::path).toList(), TerminalWidth.columns(WIDTH));
        }
        for (FoundFile file : files) {
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

    private boolean isDrawn(int files) {
        if (invocation.json() || files == 0) {
            return false;
        }
        return map != null ? map : files <= MOST_UNASKED && invocation.out() == System.out && Main.isTerminal(1);
    }

    /** Null where nobody asked for them, or nobody can tell. */
    private List<Tensor> tensors(FoundFile file, OpenFile open) throws CliException {
        if (map == null) {
            return null;
        }
        Kernel kernel = invocation.kernel();
        FileAccess quiet = new QuietFiles(kernel.files(), kernel.pageCache());
        try {
            return FormatDetector.read(new KernelByteSource(quiet, open, ReadMode.NORMAL), PathText.nameOf(file.path()))
                    .tensors();
        } catch (IOException | HostileModelException unknown) {
            return null;
        }
    }

    /** A file that may not be opened is one whose residency is unknown. */
    private Row look(FoundFile file) throws KernelException, CliException {
        Kernel kernel = invocation.kernel();
        try (OpenFile open = kernel.files().open(file.path())) {
            long size = kernel.files().status(open).sizeBytes();
            Residency residency = kernel.pageCache().residency(open, 0, size);
            boolean extents = (nodes || invocation.json() && map != null && map) && residency.isKnown();
            List<Extent> resident = extents ? kernel.pageCache().residentExtents(open, 0, size) : null;
            NodeSample sample = resident == null
                    ? NodeSample.UNKNOWN
                    : NodeSample.of(kernel.pageCache(), open, resident, PageSize.bytes(Path.of("/")));
            if (drawing != null) {
                drawing.look(kernel.pageCache(), open, file.path(), size, tensors(file, open));
            }
            return new Row(file.path(), size, residency, map != null && map ? resident : null, nodes ? sample : null);
        } catch (KernelException e) {
            if (e.errno().equals(Errno.EACCES) || e.errno().equals(Errno.EPERM)) {
                if (drawing != null) {
                    drawing.unknown(file.path(), file.sizeBytes());
                }
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
        if (drawing != null) {
            drawing.print(invocation.out());
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
}
