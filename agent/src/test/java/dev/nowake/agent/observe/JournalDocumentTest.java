package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/journal.md} against what the code writes. */
class JournalDocumentTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path DOCUMENT = Path.of("../docs/journal.md");
    private static final Pattern CHAIN = Pattern.compile("line\\(LineKind\\.(\\w+)[^;]*;");
    private static final Pattern FIELD = Pattern.compile("\\.put\\(\\s*\"(\\w+)\"");

    /** The rows of the table of kinds. */
    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new HashMap<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = Pattern.compile("\\| `(\\w+)` \\|.*").matcher(line);
            if (row.matches()) {
                assertThat(rows.put(row.group(1), line)).as(line).isNull();
            }
        }
        return rows;
    }

    @Test
    void everyKindStandsThereWithItsPriorityAndNoOther() throws IOException {
        Map<String, String> rows = rows();
        for (LineKind kind : LineKind.values()) {
            String priority = Priority.of(kind) == Priority.DEBUG
                    ? "-"
                    : Priority.of(kind).label();
            assertThat(rows.getOrDefault(kind.label(), ""))
                    .as(kind.label())
                    .startsWith("| `" + kind.label() + "` | " + priority);
        }
        assertThat(rows).hasSize(LineKind.values().length);
    }

    @Test
    void everyFieldThatIsWrittenStandsThere() throws IOException {
        Map<String, String> rows = rows();
        TreeSet<String> missing = new TreeSet<>();
        int fields = 0;
        for (String source : sources()) {
            Matcher chain = CHAIN.matcher(source);
            while (chain.find()) {
                String kind = LineKind.valueOf(chain.group(1)).label();
                List<String> written = new ArrayList<>();
                FIELD.matcher(chain.group()).results().forEach(field -> written.add(field.group(1)));
                if (chain.group().contains(".path(")) {
                    written.add("path");
                }
                for (String field : written) {
                    fields++;
                    boolean everywhere = field.equals("model") || field.equals("load");
                    if (!everywhere && !rows.get(kind).contains("`" + field + "`")) {
                        missing.add(kind + " " + field);
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(fields).isGreaterThan(80);
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<String> sources = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.add(Files.readString(file));
            }
            return sources;
        }
    }
}
