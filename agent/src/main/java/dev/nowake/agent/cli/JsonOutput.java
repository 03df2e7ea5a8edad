package dev.nowake.agent.cli;

import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.function.Consumer;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** One JSON document, built in memory and written whole: nothing half-written ever reaches stdout. For one thread. */
public final class JsonOutput {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private final JsonGenerator json;

    private JsonOutput() {
        json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8);
    }

    /** Writes one object and a newline, and flushes. */
    public static void write(PrintStream target, Consumer<JsonOutput> members) {
        JsonOutput output = new JsonOutput();
        output.json.writeStartObject();
        members.accept(output);
        output.json.writeEndObject();
        output.json.close();
        output.bytes.write('\n');
        target.writeBytes(output.bytes.toByteArray());
        target.flush();
    }

    /** The error document. */
    static void error(PrintStream target, String code, String message) {
        write(
                target,
                document -> document.object(
                        "error", error -> error.text("code", code).text("message", message)));
    }

    public JsonOutput text(String name, String value) {
        json.writeStringProperty(name, value);
        return this;
    }

    public JsonOutput number(String name, long value) {
        json.writeNumberProperty(name, value);
        return this;
    }

    /** With six digits after the point. */
    public JsonOutput decimal(String name, double value) {
        json.writeNumberProperty(name, Math.round(value * 1e6) / 1e6);
        return this;
    }

    public JsonOutput flag(String name, boolean value) {
        json.writeBooleanProperty(name, value);
        return this;
    }

    /** A count of bytes, or null where it is negative: unknown. */
    public JsonOutput bytesOrNull(String name, long value) {
        if (value < 0) {
            json.writeNullProperty(name);
            return this;
        }
        return number(name, value);
    }

    /** {@code path}, and {@code pathBase64} beside it where the text does not hold the name's bytes. */
    public JsonOutput path(Path path) {
        String text = PathText.of(path);
        text("path", text);
        byte[] exact = PathBytes.of(path);
        if (!Arrays.equals(exact, text.getBytes(StandardCharsets.UTF_8))) {
            text("pathBase64", Base64.getEncoder().encodeToString(exact));
        }
        return this;
    }

    public JsonOutput object(String name, Consumer<JsonOutput> members) {
        json.writeObjectPropertyStart(name);
        members.accept(this);
        json.writeEndObject();
        return this;
    }

    /** An array of objects, one for each element. */
    public <T> JsonOutput array(String name, Collection<T> elements, Consumer<T> members) {
        json.writeArrayPropertyStart(name);
        for (T element : elements) {
            json.writeStartObject();
            members.accept(element);
            json.writeEndObject();
        }
        json.writeEndArray();
        return this;
    }
}
