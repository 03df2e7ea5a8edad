package dev.nowake.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceFile;
import dev.nowake.policy.trace.TraceHeader;
import dev.nowake.policy.trace.TraceName;
import dev.nowake.policy.trace.TraceStatistics;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class TraceDrawingTest {
    private static TraceFile file(String name) {
        return new TraceFile(TraceName.of(name), 1 << 30, 0);
    }

    private static Document drawn(Trace trace) throws Exception {
        byte[] svg = TraceDrawing.of(trace, TraceStatistics.of(trace)).getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }

    private static List<String> texts(Document svg) {
        NodeList nodes = svg.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void hasLanesAxesUnitsAndColours() throws Exception {
        Trace trace = new Trace(
                TraceHeader.NONE,
                List.of(file("/m/first"), file("/m/second"), file("/m/untouched")),
                List.of(new Access(1, 0, 1 << 29, 0, 0, 77), new Access(0, 0, 1 << 20, 0, 2_000_000_000, 78)));
        Document svg = drawn(trace);
        assertThat(texts(svg))
                .contains("/m/first", "/m/second", "1 GiB", "512 MiB", "0 B", "pid 77", "pid 78", "2")
                .contains("time since the recording began (s)", "offset in the file")
                .doesNotContain("/m/untouched");
        assertThat(texts(svg).indexOf("/m/second")).isLessThan(texts(svg).indexOf("/m/first"));
        assertThat(svg.getElementsByTagName("script").getLength()).isZero();
        assertThat(svg.getDocumentElement().getAttribute("viewBox")).isNotEmpty();
    }

    @Test
    void withoutTimesTheOrderIsTheAxis() throws Exception {
        Trace trace = new Trace(TraceHeader.NONE, List.of(file("/m")), List.of(new Access(0, 0, 1, 3, -1, -1)));
        assertThat(texts(drawn(trace))).contains("access, in order", "node 3");
        assertThat(texts(drawn(new Trace(TraceHeader.NONE, List.of(), List.of()))))
                .contains("access, in order");
    }

    @Property(tries = 200)
    void anyNameMakesADocument(@ForAll String name) throws Exception {
        Trace trace = new Trace(TraceHeader.NONE, List.of(file("<\"'&" + name)), List.of(new Access(0, 0, 1, 0, 0, 1)));
        assertThat(texts(drawn(trace))).anyMatch(text -> text.contains("<\"'&") || name.length() > 100);
    }
}
