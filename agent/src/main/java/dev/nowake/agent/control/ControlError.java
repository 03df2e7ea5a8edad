package dev.nowake.agent.control;

import java.util.LinkedHashMap;
import java.util.Map;

/** The shape of an error in JSON: {@code {"error":{"code","message"}}}, in this order. */
public final class ControlError {
    private ControlError() {}

    public static Map<String, Object> of(String code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", message);
        return Map.of("error", error);
    }
}
