package dev.nowake.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every link in README, docs and samples that leads to a file here, or to a heading in one, leads somewhere, and so do the
 * alerts' runbooks; every page can be come to from README.
 */
class DocumentLinksTest {
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```|`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern RUNBOOK = Pattern.compile("(?m)^ *runbook: *(\\S+)$");
    private static final Pattern ALERT = Pattern.compile("(?m)^ *- alert: ");

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<Path> documents = documents();
        assertThat(documents).as("documents of " + CHECKOUT).hasSizeGreaterThan(10);
        Set<String> dead = new TreeSet<>();
        int links = 0;
        for (Path document : documents) {
            Matcher link = LINK.matcher(CODE.matcher(Files.readString(document)).replaceAll(""));
            while (link.find()) {
                String target = link.group(1);
                links++;
                if (!target.matches("[a-z]+:.*") && !leadsSomewhere(document, target)) {
                    dead.add(CHECKOUT.relativize(document) + ": " + target);
                }
            }
        }
        assertThat(links).isGreaterThan(20);
        assertThat(dead).isEmpty();
    }

    @Test
    void everyAlertHasARunbook() throws IOException {
        String alerts = Files.readString(CHECKOUT.resolve("samples/monitoring/alerts.yaml"));
        List<String> runbooks = RUNBOOK.matcher(alerts)
                .results()
                .map(runbook -> runbook.group(1))
                .toList();
        assertThat(runbooks)
                .hasSize((int) ALERT.matcher(alerts).results().count())
                .isNotEmpty();
        for (String runbook : runbooks) {
            assertThat(leadsSomewhere(CHECKOUT.resolve("README.md"), runbook))
                    .as(runbook)
                    .isTrue();
        }
    }

    @Test
    void readmeLeadsToEveryPage() throws IOException {
        Set<Path> unread = new TreeSet<>(documents());
        Deque<Path> next = new ArrayDeque<>(List.of(CHECKOUT.resolve("README.md")));
        unread.remove(next.peek());
        while (!next.isEmpty()) {
            Path page = next.pop();
            LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""))
                    .results()
                    .forEach(link -> {
                        Path target = page.resolveSibling(link.group(1).replaceAll("#.*", ""))
                                .normalize();
                        if (unread.remove(target)) {
                            next.add(target);
                        }
                    });
        }
        assertThat(unread).as("pages that no link from README leads to").isEmpty();
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(CHECKOUT.resolve("docs"));
                Stream<Path> samples = Files.walk(CHECKOUT.resolve("samples"))) {
            return Stream.concat(Stream.of(CHECKOUT.resolve("README.md")), Stream.concat(docs, samples))
                    .filter(file -> file.toString().endsWith(".md")
                            && !CHECKOUT.relativize(file).toString().contains("target/"))
                    .toList();
        }
    }

    private static boolean leadsSomewhere(Path document, String target) throws IOException {
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path file = path.isEmpty() ? document : document.resolveSibling(path);
        return Files.exists(file)
                && (hash < 0 || anchors(Files.readString(file)).contains(target.substring(hash + 1)));
    }

    /** As GitHub makes them: lower case, without punctuation, hyphens for spaces. */
    private static Set<String> anchors(String text) {
        return HEADING.matcher(text)
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
