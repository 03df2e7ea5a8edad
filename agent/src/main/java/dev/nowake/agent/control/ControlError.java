package dev.nowake.agent.control;

import java.util.Map;

/** The shape of an error in JSON: {@code {"error":{"code","message"}}}. */
public final class ControlError {
    private ControlError() {}

    public static Map<String, Object> of(String code, String message) {
        return Map.of("error", Map.of("code", code, "message", message));
    }
}
