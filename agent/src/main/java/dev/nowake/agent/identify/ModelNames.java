package dev.nowake.agent.identify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each model a name of its own. Models of one name are told apart by what they are called inside their folder when
 * they share it (the usual one keeps the plain name), else by the folders above; the order does not matter.
 */
final class ModelNames {
    /** Deeper than any path that two models share; beyond it they are numbered. */
    private static final int MAX_PARENTS = 64;

    private static final class Naming {
        final Candidate candidate;
        boolean detailed;
        int parents;

        Naming(Candidate candidate) {
            this.candidate = candidate;
        }

        String name() {
            StringBuilder name = new StringBuilder();
            Path above = candidate.folder().toAbsolutePath().getParent();
            for (int i = 0; i < parents && above != null && above.getFileName() != null; i++) {
                name.insert(0, PathText.nameOf(above) + "/");
                above = above.getParent();
            }
            name.append(candidate.name());
            return detailed ? name.append('/').append(candidate.detail()).toString() : name.toString();
        }
    }

    private ModelNames() {}

    /** One name for each candidate, in their order. */
    static List<String> of(List<Candidate> candidates) {
        List<Naming> namings = candidates.stream().map(Naming::new).toList();
        for (int round = 0; round < MAX_PARENTS; round++) {
            Map<String, List<Naming>> byName = new HashMap<>();
            namings.forEach(naming -> byName.computeIfAbsent(naming.name(), n -> new ArrayList<>())
                    .add(naming));
            boolean clash = false;
            for (List<Naming> same : byName.values()) {
                if (same.size() > 1) {
                    clash = true;
                    tellApart(same);
                }
            }
            if (!clash) {
                break;
            }
        }
        return numbered(namings);
    }

    private static void tellApart(List<Naming> same) {
        Map<Path, List<Naming>> byFolder = new HashMap<>();
        same.forEach(naming -> byFolder.computeIfAbsent(naming.candidate.folder(), f -> new ArrayList<>())
                .add(naming));
        for (List<Naming> siblings : byFolder.values()) {
            if (byFolder.size() > 1) {
                siblings.forEach(naming -> naming.parents++);
            }
            if (siblings.size() > 1) {
                detailAllButFirst(siblings);
            }
        }
    }

    private static void detailAllButFirst(List<Naming> siblings) {
        int lowest = siblings.stream()
                .mapToInt(naming -> naming.candidate.rank())
                .min()
                .orElseThrow();
        boolean alone = siblings.stream()
                        .filter(naming -> naming.candidate.rank() == lowest)
                        .count()
                == 1;
        for (Naming naming : siblings) {
            naming.detailed |= !alone || naming.candidate.rank() != lowest;
        }
    }

    private static List<String> numbered(List<Naming> namings) {
        Set<String> taken = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (Naming naming : namings) {
            String name = naming.name();
            String unique = name;
            for (int i = 2; !taken.add(unique); i++) {
                unique = name + "#" + i;
            }
            names.add(unique);
        }
        return names;
    }
}
