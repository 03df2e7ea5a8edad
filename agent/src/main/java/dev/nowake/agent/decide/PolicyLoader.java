package dev.nowake.agent.decide;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.nio.file.Path;
import java.util.List;

/** Makes policies of a file. */
@FunctionalInterface
public interface PolicyLoader {
    /**
     * Reads the file; may take as long as it must.
     *
     * @throws PolicyFailure INVALID, one line that names the file and, where known, the line in it
     */
    List<PolicyUnit> load(Path file);
}
