package dev.nowake.agent.execute;

import dev.nowake.model.FileId;
import java.io.IOException;

/** Answers whether any process maps a file; asked only when pages stayed, because it may cost a walk over /proc. */
@FunctionalInterface
public interface MappingFinder {
    boolean isMapped(FileId file) throws IOException;
}
