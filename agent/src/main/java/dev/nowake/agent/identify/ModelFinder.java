package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.Format;
import dev.nowake.model.format.FormatDetector;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds models below the paths a verb was given. A file is always taken, whatever it is; in folders only model files
 * are. Links are followed, every folder and every inode is taken once, under the path it was first reached by.
 */
public final class ModelFinder {
    /** Below this a file whose name says nothing is not opened to look what it is: it is not worth prefetching. */
    private static final long PROBE_MIN_BYTES = 1 << 20;

    private static final Set<String> NEVER_WEIGHTS = Set.of(
            ".json",
            ".txt",
            ".md",
            ".py",
            ".jinja",
            ".model",
            ".yaml",
            ".yml",
            ".html",
            ".png",
            ".jpg",
            ".csv",
            ".log",
            ".parquet",
            ".jsonl",
            ".lock",
            ".so",
            ".jar",
            ".gz",
            ".xz",
            ".zst");

    private final FileAccess files;
    private final ReadMode contentMode;

    /**
     * @param contentMode how to read the first bytes of files whose name does not tell their format; with
     *     {@link ReadMode#NOWAIT} nothing is brought into the page cache by looking
     */
    public ModelFinder(FileAccess files, ReadMode contentMode) {
        this.files = files;
        this.contentMode = contentMode;
    }

    /**
     * What was found.
     *
     * @param problems one line for each folder, index or manifest that could not be used; the rest is still good
     */
    public record Found(List<FoundModel> models, List<String> problems) {
        public Found {
            models = List.copyOf(models);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Models in the order their first file was reached.
     *
     * @throws IOException one of the paths does not exist, may not be looked at, or is neither file nor folder
     */
    public Found find(List<Path> paths) throws IOException {
        TreeWalk walk = new TreeWalk(files, true);
        Sidecars sidecars = new Sidecars(files);
        List<FolderListing> listings = new ArrayList<>();
        Map<Path, List<SeenFile>> given = new LinkedHashMap<>();
        for (Path path : paths) {
            FileStatus status = files.status(path);
            if (status.isDirectory()) {
                listings.addAll(walk.walk(path, folder -> true));
            } else if (status.isRegular()) {
                Path folder = path.toAbsolutePath().getParent();
                if (!given.containsKey(folder)) {
                    given.put(folder, new ArrayList<>());
                    listings.add(new FolderListing(folder, null, 0, List.of(), List.of(), List.of(), 0, true));
                }
                given.get(folder).add(TreeWalk.seen(path, status, Files.isSymbolicLink(path)));
            } else {
                throw new FileSystemException(PathText.of(path), null, "neither a regular file nor a folder");
            }
        }
        Set<Path> always = new HashSet<>();
        given.values().forEach(list -> list.forEach(file -> always.add(file.path())));
        for (int i = 0; i < listings.size(); i++) {
            if (listings.get(i).id() == null) {
                listings.set(
                        i, listings.get(i).withFiles(given.get(listings.get(i).path())));
            }
        }
        List<FoundModel> models = new Grouping(sidecars, new Probe(always), false).group(listings);
        List<String> problems = new ArrayList<>(walk.problems().values());
        problems.addAll(sidecars.problems());
        return new Found(models, problems);
    }

    private final class Probe implements Grouping.ContentProbe {
        private final Set<Path> always;

        Probe(Set<Path> always) {
            this.always = always;
        }

        @Override
        public boolean isModel(SeenFile file) {
            if (always.contains(file.path()) || Grouping.isLargeUnknown(file)) {
                return true;
            }
            String name = file.name();
            int dot = name.lastIndexOf('.');
            boolean blob = name.startsWith("sha256-");
            return (blob || file.sizeBytes() >= PROBE_MIN_BYTES)
                    && !Grouping.isPartial(name)
                    && !(dot >= 0 && NEVER_WEIGHTS.contains(name.substring(dot)))
                    && sniff(file) != Format.UNKNOWN;
        }

        @Override
        public Format format(SeenFile file, Format byName) {
            Format byContent = sniff(file);
            return byContent == Format.UNKNOWN ? byName : byContent;
        }

        private Format sniff(SeenFile file) {
            try (OpenFile open = files.open(file.path())) {
                return FormatDetector.sniff(new KernelByteSource(files, open, contentMode));
            } catch (IOException e) {
                // Not resident with NOWAIT, gone, or not permitted: the verb meets it again and says so.
                return Format.UNKNOWN;
            }
        }
    }
}
