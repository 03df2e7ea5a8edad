package dev.nowake.agent.daemon;

import dev.nowake.agent.control.ControlError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** What the daemon answers on its control socket: a function for each verb, from a request's fields to a JSON value. */
final class Answers implements Function<Map<String, Object>, Object> {
    private final Map<String, Function<Map<String, Object>, Object>> verbs = new LinkedHashMap<>();

    /** {@code answer} runs on the control thread; an IllegalArgumentException of it is its caller's mistake, in one line. */
    Answers add(String verb, Function<Map<String, Object>, Object> answer) {
        verbs.put(verb, answer);
        return this;
    }

    @Override
    public Object apply(Map<String, Object> request) {
        Object verb = request.get("verb");
        Function<Map<String, Object>, Object> answer = verb instanceof String name ? verbs.get(name) : null;
        if (answer == null) {
            return ControlError.of(
                    "usage",
                    "unknown verb " + verb + ": this daemon answers '" + String.join("', '", verbs.keySet()) + "'");
        }
        try {
            return answer.apply(request);
        } catch (IllegalArgumentException wrong) {
            return ControlError.of("usage", wrong.getMessage());
        }
    }

    /** @throws IllegalArgumentException where the request has no such text */
    static String text(Map<String, Object> request, String field) {
        if (request.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("the request needs '" + field + "', a text");
    }
}
