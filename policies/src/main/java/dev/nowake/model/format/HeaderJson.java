package dev.nowake.model.format;

import dev.nowake.model.HostileModelException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** JSON of unknown origin, token by token: nothing is kept that the caller does not keep. */
public final class HeaderJson {
    /** Headers, indexes and manifests need four levels at most. */
    private static final int MAX_DEPTH = 16;

    /** {@code __metadata__} may hold a whole chat template or a training configuration. */
    private static final int MAX_STRING_CHARS = 16 << 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(TensorTable.MAX_NAME_CHARS)
                    .maxStringLength(MAX_STRING_CHARS)
                    .build())
            // Names are seen once each: a shared table of them would only grow.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private HeaderJson() {}

    /** Takes the members of the document's one object. */
    public interface Member {
        /** Called at each member's value; must leave the parser at the value's last token. */
        void take(String name, JsonParser value) throws HostileModelException;
    }

    /**
     * Reads one object and requires that nothing but white space follows.
     *
     * @throws IOException what the stream threw
     */
    public static void readObject(InputStream in, Member member) throws IOException, HostileModelException {
        Watched watched = new Watched(in);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), watched)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new HostileModelException("not a JSON object");
            }
            members(parser, member);
            if (parser.nextToken() != null) {
                throw new HostileModelException("something follows the JSON object");
            }
        } catch (JacksonException e) {
            // The parser calls broken UTF-8 an I/O error too: only what the stream threw is one.
            if (watched.failure != null) {
                throw watched.failure;
            }
            throw new HostileModelException("broken JSON: " + oneLine(e.getOriginalMessage()));
        }
    }

    /** The members of the object the parser stands at. */
    public static void members(JsonParser parser, Member member) throws HostileModelException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new HostileModelException("not an object where one must be");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            member.take(name, parser);
        }
    }

    /** Remembers what the stream threw. */
    private static final class Watched extends FilterInputStream {
        private IOException failure;

        Watched(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                return in.read(target, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    private static String oneLine(String message) {
        int end = message == null ? 0 : message.indexOf('\n');
        return Quoted.of(message == null ? "" : end < 0 ? message : message.substring(0, end));
    }
}
