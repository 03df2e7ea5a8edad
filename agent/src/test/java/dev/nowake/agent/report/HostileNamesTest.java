package dev.nowake.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A file may have any name, and a policy's author any humour: the page shows it and does nothing else. */
final class HostileNamesTest {
    private static final String SCRIPT = "</script><img src=http://127.0.0.1:9/x onerror=window.taken=1>";
    private static final String BREAKOUT = "\"'><svg onload=window.taken=1><style>*{display:none}</style><!--";
    private static final String TURNED = "model\u202egpj.exe\u0000\u001b[2J\u2028" + "w".repeat(400);

    @TempDir
    private Path folder;

    private Path page() throws Exception {
        JournalText journal = new JournalText();
        for (String name : List.of(SCRIPT, BREAKOUT, TURNED)) {
            int number = List.of(SCRIPT, BREAKOUT, TURNED).indexOf(name) + 1;
            double at = number * 60.0;
            journal.line(
                    at,
                    "begin",
                    "load",
                    number,
                    "model",
                    name,
                    "rule",
                    name,
                    "policy",
                    name,
                    "mode",
                    "observe",
                    "sizeBytes",
                    2_000_000);
            for (int shard = 0; shard < 3; shard++) {
                journal.line(
                        at,
                        "open",
                        "load",
                        number,
                        "model",
                        name,
                        "shard",
                        shard,
                        "path",
                        "/m/" + name,
                        "sizeBytes",
                        9);
            }
            journal.sample(number, name, at, 0, 0, name).sample(number, name, at, 1, 9, "done");
            journal.line(
                    at + 1,
                    "plan",
                    "load",
                    number,
                    "model",
                    name,
                    "trigger",
                    name,
                    "policy",
                    name,
                    "steps",
                    List.of(Map.of("action", name, "file", name, "reason", name)),
                    "refused",
                    List.of(name));
            journal.line(at + 1, "error", "load", number, "model", name, "reason", name);
            journal.line(at + 1, "release", "load", number, "model", name, "refused", Map.of(name, 5));
        }
        List<LoadStory> loads =
                Stories.since(journal.write(folder), JournalText.BEGAN).loads();
        assertThat(loads).hasSize(3);
        return Files.writeString(folder.resolve("page.html"), Page.of(loads));
    }

    @Test
    void namesAreTextAndNothingElse() throws Exception {
        Path page = page();
        String source = Files.readString(page);
        assertThat(source).doesNotContain("<img").doesNotContain("<svg onload").doesNotContain("\u202e");

        try (Browser browser = Browser.start()) {
            PageChecks.holds(browser, page);
            JsonNode seen = browser.run(
                    "return [typeof taken, document.images.length, document.querySelectorAll('style').length,"
                            + " document.querySelectorAll('script:not(.data)').length, document.querySelectorAll('h2').length]");
            assertThat(seen.toString()).isEqualTo("[\"undefined\",0,1,1,4]");
            assertThat(browser.text("#load-1 h2")).isEqualTo(SCRIPT);
            assertThat(browser.text("#load-2 h2")).isEqualTo(BREAKOUT);
            assertThat(browser.text("#load-3 h2")).startsWith("model\\u202egpj.exe\\x00\\x1b[2J\\u2028www");
            assertThat(browser.text("#load-2 .happened li:last-child .why")).contains(BREAKOUT);
            PageChecks.tells(browser, page, List.of(SCRIPT));
        }
    }
}
