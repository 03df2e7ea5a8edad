package dev.nowake.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What holds of every page. */
public final class PageChecks {
    /** The least contrast of text that is read, by WCAG 2.2 (AA). */
    private static final double CONTRAST = 4.5;

    private static final String LEAST_CONTRAST = """
            const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const rgba = colour => {
              paint.clearRect(0, 0, 1, 1);
              paint.fillStyle = colour;
              paint.fillRect(0, 0, 1, 1);
              return paint.getImageData(0, 0, 1, 1).data;
            };
            const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
              .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
              .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = element => {
              for (let e = element; e; e = e.parentElement) {
                const colour = getComputedStyle(e).backgroundColor;
                if (rgba(colour)[3] === 255) return colour;
              }
              return 'white';
            };
            let worst = [99, ''];
            for (const e of document.querySelectorAll('main *')) {
              const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
              if (!own || e.tagName === 'SCRIPT' || !e.getClientRects().length) continue;
              const style = getComputedStyle(e);
              const ink = luminance(rgba(e instanceof SVGElement ? style.fill : style.color));
              const paper = luminance(rgba(behind(e)));
              const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
              if (contrast < worst[0]) worst = [contrast, e.tagName + '.' + e.getAttribute('class') + ': ' + e.textContent.slice(0, 40)];
            }
            return worst;
            """;

    private PageChecks() {}

    /** On a phone and on a desk, by day and by night: it fits, can be read, asks for nothing and complains of nothing. */
    public static void holds(Browser browser, Path page) throws Exception {
        browser.complaints();
        browser.requests();
        for (int width : new int[] {360, 1200}) {
            for (boolean dark : new boolean[] {false, true}) {
                String where = width + " pixels, " + (dark ? "dark" : "light");
                browser.open(page, width, dark);
                JsonNode size = browser.run(
                        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth, innerWidth]");
                assertThat(size.path(0).asInt())
                        .as("scrolls sideways at " + where)
                        .isLessThanOrEqualTo(width);
                assertThat(size.path(2).asInt()).as(where).isEqualTo(width);
                JsonNode contrast = browser.run(LEAST_CONTRAST);
                assertThat(contrast.path(0).asDouble())
                        .as("contrast at " + where + " of " + contrast.path(1).asString())
                        .isBetween(CONTRAST, 21.0);
                String paper = browser.run("return getComputedStyle(document.body).backgroundColor")
                        .asString();
                assertThat(paper).as(where).isEqualTo(dark ? "rgb(20, 24, 27)" : "rgb(251, 251, 249)");
            }
        }
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
                .isNotEmpty()
                .allMatch(address -> address.equals(page.toUri().toString()));
    }

    /** Marks tell what they are about to a mouse and to a keyboard; the drawing tells its figures. */
    public static void tells(Browser browser, Path page, List<String> shown) throws Exception {
        browser.open(page, 1200, false);
        browser.point("a.mark.decision svg", 0.5, 0.5);
        assertThat(browser.text(".detail")).contains(shown);
        browser.point("svg.plot", 0.5, 0.5);
        assertThat(browser.text(".detail")).contains("in page cache").doesNotContain(shown.getFirst());
        assertThat(browser.run("return document.querySelector('.cross').getAttribute('d')")
                        .asString())
                .startsWith("M");
        browser.run("document.querySelector('a.mark').focus()");
        String first = browser.text(".detail");
        browser.key("ArrowRight");
        assertThat(browser.text(".detail")).isNotEqualTo(first);
        assertThat(browser.run("return document.activeElement.getAttribute('aria-label')")
                        .asString())
                .isEqualTo(browser.text(".detail"));
    }
}
