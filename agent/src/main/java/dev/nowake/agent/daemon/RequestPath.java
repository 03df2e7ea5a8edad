package dev.nowake.agent.daemon;

import dev.nowake.kernel.PathBytes;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** The path that a request over the control socket is about. */
final class RequestPath {
    private RequestPath() {}

    /**
     * Absolute and resolved; null where the caller found nothing there.
     *
     * @throws IllegalArgumentException with one line that says what it must be
     */
    static Path of(Map<String, Object> request) {
        Object base64 = request.get("pathBase64");
        if (base64 == null) {
            return null;
        }
        try {
            return PathBytes.path(Base64.getDecoder().decode((String) base64));
        } catch (RuntimeException malformed) {
            throw new IllegalArgumentException("'pathBase64' is the base64 of an absolute path", malformed);
        }
    }
}
