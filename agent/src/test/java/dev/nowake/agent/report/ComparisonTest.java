package dev.nowake.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class ComparisonTest {
    @TempDir
    private Path folder;

    private static Comparison.Side side(double loaded, double atEnd) {
        return new Comparison.Side(
                new double[] {0, loaded, loaded + 1}, new double[][] {{0, 500, atEnd}, {0, 500, atEnd}}, loaded);
    }

    @Test
    void bothSidesHaveTheSameAxes() throws Exception {
        Comparison mmap = new Comparison(
                "mmap <loader>", side(4, 500), side(2, 0), List.of(new Comparison.Row("seconds", "4.00", "2.00")));
        Path page = Files.writeString(
                folder.resolve("page.html"), Comparison.page("Without & with", "A model.", 1000, List.of(mmap, mmap)));

        try (Browser browser = Browser.start()) {
            PageChecks.holds(browser, page);
            browser.open(page, 1200, false);
            JsonNode axes =
                    browser.run("return [...document.querySelectorAll('.xaxis, .yaxis')].map(e => e.textContent)");
            assertThat(axes.size()).isEqualTo(8);
            assertThat(axes.path(0)).isEqualTo(axes.path(2));
            assertThat(axes.path(1)).isEqualTo(axes.path(3));
            // half as long on the same axis
            assertThat(browser.run("return [...document.querySelectorAll('.plot .read')].map(e => e.getAttribute('d'))")
                            .toString())
                    .startsWith("[\"M800 0V1000\",\"M400 0V1000\"");
            assertThat(browser.text(".medians tbody tr")).isEqualTo("seconds4.002.00");
            assertThat(browser.text("h3.loader")).isEqualTo("mmap <loader>");
            int beside = browser.run("const [a, b] = document.querySelectorAll('.sides figure');"
                            + "return a.getBoundingClientRect().top - b.getBoundingClientRect().top")
                    .asInt();
            assertThat(beside).isZero();
        }
    }
}
