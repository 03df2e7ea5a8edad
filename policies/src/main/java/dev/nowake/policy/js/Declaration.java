package dev.nowake.policy.js;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.graalvm.polyglot.Value;

/** {@code export const policy}: what a script says of itself. */
record Declaration(String name, int api, String description, Map<String, Argument> arguments) {
    private static final int MAX_ARGUMENTS = 100;
    private static final int MAX_WORDS = 100;
    static final List<String> KEYS = List.of("name", "api", "description", "args");
    static final List<String> TYPES = List.of("size", "count", "decimal", "flag", "text", "choice");

    /** @throws BadResult says which key is wrong */
    static Declaration read(Value policy) {
        if (policy == null || !policy.hasMembers() || policy.hasArrayElements() || policy.canExecute()) {
            throw new BadResult("exports no policy; begin with: export const policy = { name: \"my-policy\", api: "
                    + Policy.API + " };");
        }
        String name = null;
        long api = -1;
        String description = "";
        Map<String, Argument> arguments = Map.of();
        for (String key : policy.getMemberKeys()) {
            Value value = policy.getMember(key);
            switch (key) {
                case "name" -> name = name(value);
                case "api" -> api = Plain.integer(value, "policy.api");
                case "description" -> description = line(value);
                case "args" -> arguments = arguments(value);
                default ->
                    throw new BadResult("policy has an unknown key " + Plain.quoted(key) + "; known are "
                            + String.join(", ", KEYS));
            }
        }
        if (name == null) {
            throw new BadResult("policy.name is missing");
        }
        if (api != Policy.API) {
            throw new BadResult(
                    api < 0
                            ? "policy.api is missing; write api: " + Policy.API
                            : "policy.api is " + api + ", and this nowake knows " + Policy.API);
        }
        return new Declaration(name, (int) api, description, arguments);
    }

    private static String name(Value value) {
        String name = Plain.text(value, "policy.name");
        if (!PolicyNames.isPolicy(name)) {
            throw new BadResult("policy.name is " + Plain.quoted(name)
                    + "; it must be 1 to 64 lower-case letters, digits and hyphens");
        }
        return name;
    }

    private static String line(Value value) {
        String text = Plain.text(value, "policy.description");
        if (text.length() > 200 || text.chars().anyMatch(Character::isISOControl)) {
            throw new BadResult("policy.description must be one line of at most 200 characters");
        }
        return text;
    }

    private static Map<String, Argument> arguments(Value args) {
        if (!args.hasMembers() || args.hasArrayElements()) {
            throw Plain.wrong(args, "policy.args", "an object");
        }
        Map<String, Argument> arguments = new LinkedHashMap<>();
        for (String key : args.getMemberKeys()) {
            if (!PolicyNames.isArgument(key)) {
                throw new BadResult("policy.args has a name " + Plain.quoted(key)
                        + "; it must be 1 to 64 letters, digits, hyphens and underscores and begin with a letter");
            }
            if (arguments.size() >= MAX_ARGUMENTS) {
                throw new BadResult("policy.args has more than " + MAX_ARGUMENTS + " arguments");
            }
            arguments.put(key, argument(args.getMember(key), "policy.args." + key));
        }
        return Collections.unmodifiableMap(arguments);
    }

    private static Argument argument(Value value, String what) {
        if (value.isBoolean()) {
            return new Argument.Flag(value.asBoolean());
        }
        if (value.isNumber()) {
            double number = Plain.finite(value, what);
            return number == Math.rint(number)
                    ? new Argument.Count(Plain.whole(value, what))
                    : new Argument.Decimal(number);
        }
        if (value.isString()) {
            String text = value.asString();
            return Bytes.isSize(text) ? new Argument.Size(Bytes.of(text, what)) : new Argument.Text(text);
        }
        if (value.hasMembers() && !value.hasArrayElements() && !value.canExecute()) {
            return typed(value, what);
        }
        throw Plain.wrong(value, what, "a standard value or { type, default, words }");
    }

    private static Argument typed(Value value, String what) {
        String type = null;
        Value standard = null;
        List<String> words = null;
        for (String key : value.getMemberKeys()) {
            Value member = value.getMember(key);
            switch (key) {
                case "type" -> type = Plain.text(member, what + ".type");
                case "default" -> standard = member;
                case "words" -> words = words(member, what + ".words");
                default ->
                    throw new BadResult(
                            what + " has an unknown key " + Plain.quoted(key) + "; known are type, default, words");
            }
        }
        if (type == null || !TYPES.contains(type)) {
            throw new BadResult(what + ".type is " + (type == null ? "missing" : Plain.quoted(type))
                    + "; it must be one of " + String.join(", ", TYPES));
        }
        if ("choice".equals(type) != (words != null)) {
            throw new BadResult(what + (words == null ? ".words is missing" : ".words is only for type: \"choice\""));
        }
        return argument(type, standard, words, what + ".default");
    }

    /** @param standard null where a rule must give it */
    private static Argument argument(String type, Value standard, List<String> words, String what) {
        boolean none = standard == null;
        return switch (type) {
            case "size" -> new Argument.Size(none ? null : (Long) size(standard, what));
            case "count" -> new Argument.Count(none ? null : (Long) Plain.whole(standard, what));
            case "decimal" -> new Argument.Decimal(none ? null : (Double) Plain.finite(standard, what));
            case "flag" -> new Argument.Flag(none ? null : (Boolean) Plain.flag(standard, what));
            case "text" -> new Argument.Text(none ? null : Plain.text(standard, what));
            default -> choice(none ? null : Plain.text(standard, what), words, what);
        };
    }

    private static long size(Value standard, String what) {
        return standard.isString() ? Bytes.of(standard.asString(), what) : Plain.whole(standard, what);
    }

    private static Argument choice(String standard, List<String> words, String what) {
        if (standard != null && !words.contains(standard)) {
            throw new BadResult(what + " is " + Plain.quoted(standard) + ", none of " + String.join(", ", words));
        }
        return new Argument.Choice(standard, words);
    }

    private static List<String> words(Value value, String what) {
        if (!value.hasArrayElements() || value.getArraySize() == 0 || value.getArraySize() > MAX_WORDS) {
            throw new BadResult(what + " must be an array of 1 to " + MAX_WORDS + " strings");
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < value.getArraySize(); i++) {
            words.add(Plain.text(value.getArrayElement(i), what + "[" + i + "]"));
        }
        return words;
    }
}
