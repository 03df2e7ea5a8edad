package dev.nowake.model.format;

import dev.nowake.model.ByteRange;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects a file's tensors and refuses what cannot be: two of one name, bytes outside the file, bytes shared. */
final class TensorTable {
    /**
     * Fifty times what one shard of the largest models holds (about 1,200) and twice a merged mixture of 128 experts over
     * 94 layers. At the bound a table takes some 20 MB, which a daemon with a heap of 64 MB survives.
     */
    static final int MAX_TENSORS = 1 << 16;

    /** Real names stay under 200 characters. */
    static final int MAX_NAME_CHARS = 4096;

    /** With {@link #MAX_TENSORS} names of 120 characters this is never met; it keeps a table of long names small. */
    static final long MAX_NAME_CHARS_TOTAL = 8L << 20;

    private final long dataStart;
    private final long fileEnd;
    private final Set<String> names = new HashSet<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private long nameChars;

    TensorTable(long dataStart, long fileEnd) {
        this.dataStart = dataStart;
        this.fileEnd = fileEnd;
    }

    /** Tensors without elements are counted and not listed: they have no bytes. */
    void add(String name, long start, long end) throws HostileModelException {
        if (names.size() >= MAX_TENSORS) {
            throw new HostileModelException("more than " + MAX_TENSORS + " tensors");
        }
        nameChars += name.length();
        if (name.length() > MAX_NAME_CHARS || nameChars > MAX_NAME_CHARS_TOTAL) {
            throw new HostileModelException("tensor names are too long: " + Quoted.of(name));
        }
        if (!names.add(name)) {
            throw new HostileModelException("two tensors have the name " + Quoted.of(name));
        }
        if (start < dataStart || end < start || end > fileEnd) {
            throw new HostileModelException("tensor " + Quoted.of(name) + " lies at [" + start + ", " + end
                    + "), outside the file's data [" + dataStart + ", " + fileEnd + ")");
        }
        if (end > start) {
            tensors.add(new Tensor(name, new ByteRange(start, end)));
        }
    }

    int count() {
        return names.size();
    }

    List<Tensor> inFileOrder() throws HostileModelException {
        tensors.sort((a, b) -> a.bytes().compareTo(b.bytes()));
        for (int i = 1; i < tensors.size(); i++) {
            Tensor before = tensors.get(i - 1);
            Tensor next = tensors.get(i);
            if (next.bytes().start() < before.bytes().end()) {
                throw new HostileModelException(
                        "tensors " + Quoted.of(before.name()) + " and " + Quoted.of(next.name()) + " overlap");
            }
        }
        return List.copyOf(tensors);
    }
}
