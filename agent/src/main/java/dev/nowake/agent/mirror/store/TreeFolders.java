package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ways into the tree that lead through no link. */
final class TreeFolders {
    private final Parts parts;

    TreeFolders(Parts parts) {
        this.parts = parts;
    }

    Held root() throws IOException {
        Path tree = parts.places().tree();
        return parts.hold(tree, UnixFacts.of(tree).id());
    }

    /** Null where there is no such folder. */
    Held child(Held parent, Path name) throws IOException {
        UnixFacts facts = UnixFacts.ofNullable(parent.at(name));
        return facts == null || !facts.isFolder() ? null : parts.hold(parent.at(name), facts.id());
    }

    /** Null where there is no such folder. {@code relative}: null or empty for the tree itself. */
    Held at(Path relative) throws IOException {
        Held held = root();
        if (relative == null || relative.toString().isEmpty()) {
            return held;
        }
        for (Path name : relative) {
            try (Held parent = held) {
                held = child(parent, name);
            }
            if (held == null) {
                return null;
            }
        }
        return held;
    }

    static List<Path> names(Held folder) throws IOException {
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.self())) {
            entries.forEach(entry -> names.add(entry.getFileName()));
        } catch (java.nio.file.DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        return names;
    }
}
