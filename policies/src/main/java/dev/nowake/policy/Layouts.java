package dev.nowake.policy;

import dev.nowake.model.FileId;
import dev.nowake.model.Layout;

/**
 * What is known of the tensors in a model's files. {@link Layout#unknown} until a header has been read: asking makes the
 * host read it, and a later call finds it. Any thread.
 */
@FunctionalInterface
public interface Layouts {
    Layouts NONE = file -> Layout.unknown();

    Layout of(FileId file);
}
