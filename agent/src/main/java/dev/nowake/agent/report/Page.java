package dev.nowake.agent.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A whole page: nothing of it is elsewhere, and it is told to fetch nothing. The style sheet and the script are allowed by
 * their hashes and nothing else is, so that a model's name that got through would still be no program.
 */
public final class Page {
    /** How a page begins that may be overwritten by another. */
    public static final String BEGINNING = "<!doctype html>\n<!-- nowake report -->\n";

    /** Sections of loads; the table names all. */
    private static final int MOST_SECTIONS = 50;

    private Page() {}

    /** One load, or all of a time in a table and the last fifty drawn. */
    public static String of(List<LoadStory> loads) {
        Html body = new Html();
        List<Facts> facts = new ArrayList<>();
        List<Html> sections = new ArrayList<>();
        for (int i = 0; i < loads.size(); i++) {
            if (i < loads.size() - MOST_SECTIONS) {
                facts.add(Facts.of(loads.get(i)));
                continue;
            }
            LoadSection section = new LoadSection(loads.get(i), "load-" + (i + 1));
            facts.add(section.facts());
            sections.add(section.toHtml());
        }
        if (loads.size() > 1) {
            body.raw("<section><h2>").text(loads.size() + " loads").raw("</h2>").add(FactTable.summary(facts));
            if (loads.size() > MOST_SECTIONS) {
                body.element("p", "note", "The last " + MOST_SECTIONS + " are drawn below.");
            }
            body.raw("</section>");
        }
        sections.forEach(body::add);
        String title = loads.size() == 1 ? loads.getFirst().model() : loads.size() + " loads";
        return document(title, "What became of a load", body);
    }

    /** {@code body} between a head and a foot. */
    static String document(String title, String subtitle, Html body) {
        String style = resource("report.css");
        String script = resource("report.js");
        String policy = "default-src 'none'; style-src '" + hash(style) + "'; script-src '" + hash(script)
                + "'; base-uri 'none'; form-action 'none'";
        return new Html()
                .raw(BEGINNING)
                .raw("<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\"")
                .attribute("content", policy)
                .raw("><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .raw(
                        "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">")
                .raw("<title>")
                .text(title + " \u2013 nowake")
                .raw("</title><style>" + style + "</style></head><body><main>")
                .raw("<p class=\"brand\">nowake <span>")
                .text(subtitle)
                .raw("</span></p>\n")
                .add(body)
                .raw("<footer>Made ")
                .text(LoadSection.time(Instant.now()))
                .raw(" out of nowake's journal. Sizes are in powers of 1024, paces in powers of 1000.</footer>")
                .raw("</main><script>" + script + "</script></body></html>\n")
                .toString();
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
