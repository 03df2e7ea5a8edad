package dev.nowake.policy;

import java.util.List;

/**
 * The load a policy decides about: every shard of the model, in consumption order.
 *
 * @param readers processes seen reading it that are still there
 * @param ended the last reader is gone and the load is over
 * @param keepsPagesAcrossOpens the mount keeps prefetched pages across opens; where it does not, only the file being read helps
 */
public record LoadView(List<FileView> files, int readers, boolean ended, boolean keepsPagesAcrossOpens) {
    public LoadView {
        files = List.copyOf(files);
    }
}
