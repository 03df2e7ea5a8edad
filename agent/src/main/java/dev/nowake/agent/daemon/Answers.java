package dev.nowake.agent.daemon;

import dev.nowake.agent.control.Caller;
import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.control.ControlServer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What the daemon answers on its control socket: a function for each verb, from a request's fields to a JSON value. */
final class Answers implements ControlServer.Answerer {
    private final Map<String, Function<Map<String, Object>, Object>> reading = new LinkedHashMap<>();
    private final Map<String, BiFunction<Map<String, Object>, String, Object>> changing = new LinkedHashMap<>();

    /**
     * A verb that only reads, for whoever may connect. {@code answer} runs on any of several threads; an
     * IllegalArgumentException of it is its caller's mistake, in one line.
     */
    Answers add(String verb, Function<Map<String, Object>, Object> answer) {
        reading.put(verb, answer);
        return this;
    }

    /** A verb that changes what the daemon does, for whom {@link Caller#mayChange} allows it; it gets his name besides. */
    Answers change(String verb, BiFunction<Map<String, Object>, String, Object> answer) {
        changing.put(verb, answer);
        return this;
    }

    @Override
    public Object answer(Map<String, Object> request, Caller caller) {
        if (!(request.get("verb") instanceof String verb)) {
            return unknown(request.get("verb"));
        }
        try {
            if (reading.containsKey(verb)) {
                return reading.get(verb).apply(request);
            }
            if (!changing.containsKey(verb)) {
                return unknown(verb);
            }
            if (!caller.mayChange()) {
                return ControlError.of("not_permitted", caller.refusal(verb));
            }
            return changing.get(verb).apply(request, caller.user());
        } catch (IllegalArgumentException wrong) {
            return ControlError.of("usage", wrong.getMessage());
        } catch (IOException gone) {
            return ControlError.of("failed", "the caller is gone: " + gone.getMessage());
        }
    }

    private Object unknown(Object verb) {
        return ControlError.of(
                "usage",
                "unknown verb " + verb + ": this daemon answers '" + String.join("', '", reading.keySet()) + "', '"
                        + String.join("', '", changing.keySet()) + "'");
    }

    /** @throws IllegalArgumentException where the request has no such text */
    static String text(Map<String, Object> request, String field) {
        if (request.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("the request needs '" + field + "', a text");
    }
}
