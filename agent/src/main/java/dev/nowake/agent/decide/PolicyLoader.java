package dev.nowake.agent.decide;

import dev.nowake.agent.trust.FileTrust;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Makes policies of a file. */
@FunctionalInterface
public interface PolicyLoader {
    /**
     * Reads the file; may take as long as it must.
     *
     * @throws PolicyFailure INVALID, one line that names the file and, where known, the line in it
     */
    Loaded load(Path file);

    /** The same for files alone that nobody else can change, what they import included. */
    default PolicyLoader within(FileTrust trust) {
        return file -> {
            trust.require(file);
            Loaded loaded = load(file);
            try {
                loaded.files().forEach(trust::require);
            } catch (PolicyFailure refused) {
                loaded.units().forEach(PolicyUnit::close);
                throw refused;
            }
            return loaded;
        };
    }

    /**
     * @param files others it was made of, which it imports: when one of them changes it is loaded again
     */
    record Loaded(List<PolicyUnit> units, Set<Path> files) {
        public Loaded {
            units = List.copyOf(units);
            files = Set.copyOf(files);
        }

        public Loaded(List<PolicyUnit> units) {
            this(units, Set.of());
        }
    }
}
