package dev.nowake.agent.cli;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.model.Tensor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in each file its resident pages lie: a row a file, as wide as the terminal, with the names of tensors below where
 * they are known. One residency call a cell: no more is looked at than for the table.
 */
final class ResidencyMap {
    private static final int LEAST_CELLS = 16;
    private static final int MOST_CELLS = 160;
    private static final long PAGE_BYTES = 4096;

    /** {@code shares}: 0 to 1 for each cell, null where unknown. */
    private record Row(Path path, long sizeBytes, double[] shares, String tensors) {}

    private final int width;
    private final int labelChars;
    private final int cells;
    private final List<Row> rows = new ArrayList<>();

    /** {@code paths}: of all that will be drawn; {@code width}: characters of a line. */
    ResidencyMap(List<Path> paths, int width) {
        int longest =
                paths.stream().mapToInt(path -> label(path).length()).max().orElse(0);
        this.width = width;
        labelChars = Math.min(longest, Math.max(12, width / 3));
        cells = Math.clamp(width - labelChars - 3, LEAST_CELLS, MOST_CELLS);
    }

    private static String label(Path path) {
        return Invocation.show(path.getFileName());
    }

    /** {@code tensors}: null where they were not asked for. */
    void look(PageCache pages, OpenFile file, Path path, long sizeBytes, List<Tensor> tensors) throws KernelException {
        double[] shares = new double[cells];
        for (int cell = 0; cell < cells && shares != null; cell++) {
            long start = bound(sizeBytes, cell);
            long length = bound(sizeBytes, cell + 1) - start;
            if (length <= 0) { // a file of fewer pages than cells: as the cell before
                shares[cell] = cell == 0 ? 0 : shares[cell - 1];
                continue;
            }
            long resident = pages.residency(file, start, length).residentBytes();
            shares[cell] = (double) resident / length;
            shares = resident < 0 ? null : shares;
        }
        rows.add(new Row(path, sizeBytes, shares, tensors == null ? "" : names(tensors, sizeBytes)));
    }

    /** Where the file could not be looked at. */
    void unknown(Path path, long sizeBytes) {
        rows.add(new Row(path, sizeBytes, null, ""));
    }

    private long bound(long sizeBytes, int cell) {
        double at = (double) sizeBytes / cells * cell;
        return cell == cells ? sizeBytes : Math.min(sizeBytes, Math.round(at / PAGE_BYTES) * PAGE_BYTES);
    }

    /** Each name begins where its tensor does, as far as there is room after the one before. */
    String names(List<Tensor> tensors, long sizeBytes) {
        StringBuilder line = new StringBuilder();
        String before = "";
        for (Tensor tensor : tensors) {
            String name = shortName(tensor.name());
            int at = (int) ((double) tensor.bytes().start() / Math.max(1, sizeBytes) * cells);
            boolean room = line.isEmpty() || at > line.length();
            if (!name.equals(before) && room && at + name.length() <= cells) {
                line.append(" ".repeat(at - line.length())).append(name);
                before = name;
            }
        }
        return line.toString();
    }

    /** Its layer's number, or its first word: {@code model.layers.12.mlp.up_proj.weight} is {@code 12}. */
    static String shortName(String tensor) {
        String[] words = Line.of(tensor).split("\\.");
        for (String word : words) {
            if (!word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return word;
            }
        }
        int first = words.length > 2 && (words[0].equals("model") || words[0].equals("transformer")) ? 1 : 0;
        return words.length == 0 ? "" : words[first];
    }

    void print(PrintStream out) {
        out.println();
        for (Row row : rows) {
            String drawn = row.shares() == null ? "unknown" : Bar.map(row.shares());
            out.println(cut(label(row.path())) + " |" + drawn + "|");
            if (!row.tensors().isEmpty()) {
                out.println(" ".repeat(labelChars + 2) + row.tensors());
            }
        }
        String legend = "resident: # all, + most, : some, . little, blank nothing";
        boolean alike = rows.stream().mapToLong(Row::sizeBytes).distinct().count() == 1;
        String cell = alike ? "; a character is " + Sizes.of(rows.getFirst().sizeBytes() / cells) : "";
        int indent = Math.max(0, Math.min(labelChars + 2, width - legend.length() - cell.length()));
        out.println(" ".repeat(indent) + legend + cell);
        if (rows.stream().anyMatch(row -> !row.tensors().isEmpty())) {
            out.println(" ".repeat(indent) + "below each file: where its tensors begin, layers by number");
        }
    }

    /** The end of a shard's name tells it from the others. */
    private String cut(String label) {
        String shown = label.length() <= labelChars ? label : "..." + label.substring(label.length() - labelChars + 3);
        return shown + " ".repeat(labelChars - shown.length());
    }
}
