package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import java.util.List;

/** In which order loaders read the files of a model. */
public interface ShardOrder {
    /** The files of the same model that are read after this one; none where that is not known. */
    List<Twin> after(Twin twin);
}
