package dev.nowake.agent.identify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/** What lies below a folder, of many that are sorted: a root may have ten thousand of them, and lose all in a second. */
public final class FolderOrder {
    private FolderOrder() {}

    /** The folder itself and all below it that are keys of the map. */
    public static List<Path> within(NavigableMap<Path, ?> folders, Path top) {
        List<Path> found = new ArrayList<>();
        String prefix = top.toString();
        for (Path folder : folders.tailMap(top, true).keySet()) {
            if (folder.startsWith(top)) {
                found.add(folder);
            } else if (!folder.toString().startsWith(prefix)) {
                break; // a-b sorts between a and a/c, but nothing that does not begin with a
            }
        }
        return found;
    }
}
