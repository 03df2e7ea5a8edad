package dev.nowake.agent.identify;

import java.nio.file.Path;

/**
 * Where a folder stands in a Hugging Face cache: {@code models--org--name/{blobs,refs,snapshots/REVISION/...}}.
 *
 * @param repository the {@code models--...} folder
 * @param name {@code org/name}
 * @param part {@code blobs}, {@code refs} or {@code snapshots}
 * @param revision empty outside a snapshot
 * @param inside the folder inside the snapshot, with '/' before each part; empty at its top
 */
record HubPlace(Path repository, String name, String part, String revision, String inside) {
    private static final String PREFIX = "models--";

    /** Null where the folder is in no such cache. */
    static HubPlace of(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        for (int i = whole.getNameCount() - 1; i > 0; i--) {
            String part = PathText.nameOf(whole.getName(i));
            String above = PathText.nameOf(whole.getName(i - 1));
            boolean known = part.equals("blobs") || part.equals("refs") || part.equals("snapshots");
            if (known && above.startsWith(PREFIX) && above.length() > PREFIX.length()) {
                return at(whole, i, part, above);
            }
        }
        return null;
    }

    private static HubPlace at(Path whole, int partIndex, String part, String repositoryName) {
        Path repository = whole.getRoot().resolve(whole.subpath(0, partIndex));
        String name = repositoryName.substring(PREFIX.length()).replaceFirst("--", "/");
        String revision = "";
        StringBuilder inside = new StringBuilder();
        if (part.equals("snapshots") && whole.getNameCount() > partIndex + 1) {
            revision = PathText.nameOf(whole.getName(partIndex + 1));
            for (int i = partIndex + 2; i < whole.getNameCount(); i++) {
                inside.append('/').append(PathText.nameOf(whole.getName(i)));
            }
        }
        return new HubPlace(repository, name, part, revision, inside.toString());
    }

    boolean isSnapshot() {
        return !revision.isEmpty();
    }
}
