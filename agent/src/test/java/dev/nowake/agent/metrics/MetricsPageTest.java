package dev.nowake.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.observe.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The names are good ones, and docs/metrics.md has them all. Its list is made anew by
 *
 * <pre>./mvnw -q -pl agent -am test -Dtest=MetricsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dnowake.regenerate=true</pre>
 */
class MetricsPageTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().resolveSibling("docs/metrics.md");
    private static final String BEGIN = "<!-- the list begins: made by MetricsPageTest, do not edit -->\n";
    private static final String END = "<!-- the list ends -->\n";

    @Test
    void thePageListsWhatThereIs() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin).as("the list's place in " + PAGE).isBetween(BEGIN.length(), end);
        if (Boolean.getBoolean("nowake.regenerate")) {
            Files.writeString(PAGE, page.substring(0, begin) + list() + page.substring(end));
        } else {
            assertThat(page.substring(begin, end))
                    .as("the list in docs/metrics.md; make it anew with -Dnowake.regenerate=true")
                    .isEqualTo(list());
        }
    }

    private static String list() {
        StringBuilder list = new StringBuilder("\n| name | type | unit | labels | what |\n|---|---|---|---|---|\n");
        Catalogue.FAMILIES.stream()
                .sorted(Comparator.comparing((Family family) -> !family.name().startsWith(Family.PREFIX))
                        .thenComparing(Family::exposedName))
                .forEach(family -> list.append("| `%s` | %s | %s | %s | %s%s |\n"
                        .formatted(
                                family.exposedName(),
                                family.kind().label(),
                                family.unit(),
                                family.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", ")),
                                family.help(),
                                switch (family.audience()) {
                                    case EVERYBODY -> "";
                                    case ENDPOINT -> "; not in the text file";
                                    case MODELS -> "; with `modelLabel` alone";
                                })));
        return list.append('\n').toString();
    }

    @Test
    void namesAreGoodOnesAndStandOnce() {
        assertThat(Catalogue.FAMILIES).allSatisfy(family -> {
            assertThat(family.name()).matches("(nowake|process)_[a-z][a-z0-9_]*[a-z0-9]");
            assertThat(family.name())
                    .as("base units, and no second type in the name")
                    .doesNotMatch(".*_(millis|micros|nanos|ms|kib|mib|minutes|hours|percent|total|count|sum|bucket)");
            assertThat(family.help()).isNotBlank().doesNotEndWith(".").doesNotContain("\n", "|");
            assertThat(family.kind() == Family.Kind.INFO ? List.<String>of() : family.labels())
                    .as("bounded ones alone")
                    .isSubsetOf("model", "root", "node", "policy", "kind", "reason", "fstype", "state", "mirror")
                    .doesNotHaveDuplicates();
        });
        assertThat(Catalogue.FAMILIES).extracting(Family::name).doesNotHaveDuplicates();
        assertThat(Catalogue.FAMILIES).extracting(Family::exposedName).doesNotHaveDuplicates();
    }

    @Test
    void everyCounterIsToldExactlyOnce() {
        List<String> told = new ArrayList<>();
        Set<String> exposed =
                Catalogue.FAMILIES.stream().map(Family::exposedName).collect(Collectors.toSet());
        for (Counter counter : Counter.values()) {
            assertThat(exposed).as(counter.name()).contains("nowake_" + counter.metric() + "_total");
            assertThat(counter.family() == null).as(counter.name()).isEqualTo(counter.kind() == null);
            told.add(counter.metric() + "/" + counter.kind());
        }
        assertThat(told).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Counter.values())
                        .filter(counter -> counter.label().endsWith("Bytes")))
                .as("bytes are told as such")
                .allSatisfy(counter -> assertThat(counter.metric()).endsWith("_bytes"));
    }
}
