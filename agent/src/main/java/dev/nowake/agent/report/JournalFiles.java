package dev.nowake.agent.report;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which files a journal is in: the one being written and, beside it, those that were put aside when it had grown. */
public final class JournalFiles {
    private static final String ENDING = ".jsonl";

    private JournalFiles() {}

    /**
     * Oldest first: of {@code journal.jsonl} all {@code journal-*.jsonl} in its folder, by name, then itself.
     *
     * @param journal the file, or its folder
     * @throws NoSuchFileException where there is none of them
     */
    public static List<Path> of(Path journal) throws IOException {
        Path newest = Files.isDirectory(journal) ? journal.resolve("journal" + ENDING) : journal;
        String name = newest.getFileName() == null ? "" : newest.getFileName().toString();
        List<Path> files = new ArrayList<>();
        Path folder = newest.toAbsolutePath().getParent();
        if (name.endsWith(ENDING) && folder != null && Files.isDirectory(folder)) {
            String stem = name.substring(0, name.length() - ENDING.length());
            try (DirectoryStream<Path> beside = Files.newDirectoryStream(folder, file -> isOlder(file, stem))) {
                beside.forEach(files::add);
            }
            files.sort(Comparator.comparing(file -> file.getFileName().toString()));
        }
        if (Files.exists(newest)) {
            files.add(newest);
        }
        if (files.isEmpty()) {
            throw new NoSuchFileException(newest.toString());
        }
        return files;
    }

    private static boolean isOlder(Path file, String stem) {
        String name = file.getFileName().toString();
        return name.startsWith(stem + "-") && name.endsWith(ENDING);
    }
}
