package dev.nowake.policy;

import java.util.List;

/**
 * The load a policy decides about: every shard of the model, in consumption order.
 *
 * @param readers processes seen reading it that are still there
 * @param ended the last reader is gone and the load is over
 * @param keepsPagesAcrossOpens the mount keeps prefetched pages across opens; where it does not, only the file being read helps
 * @param ageSeconds since the first open
 * @param bytesPerSecond how fast its readers' frontiers moved lately; 0 before anything is known
 * @param node the NUMA node its readers run on, -1 where it is unknown or they run on several
 * @param accelerator null where none is known
 * @param directIo a reader has a shard open with O_DIRECT: page cache does not help it
 * @param prefetchesItself pages appear ahead of the readers that nowake did not ask for
 */
public record LoadView(
        List<FileView> files,
        int readers,
        boolean ended,
        boolean keepsPagesAcrossOpens,
        double ageSeconds,
        double bytesPerSecond,
        int node,
        AcceleratorView accelerator,
        boolean directIo,
        boolean prefetchesItself) {
    public LoadView {
        files = List.copyOf(files);
    }

    /** A load of which no more is known. */
    public LoadView(List<FileView> files, int readers, boolean ended, boolean keepsPagesAcrossOpens) {
        this(files, readers, ended, keepsPagesAcrossOpens, 0, 0, -1, null, false, false);
    }
}
