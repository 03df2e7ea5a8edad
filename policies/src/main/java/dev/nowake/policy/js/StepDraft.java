package dev.nowake.policy.js;

import dev.nowake.model.FileId;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Node;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.graalvm.polyglot.Value;

/** One step as a script wrote it, key by key. */
final class StepDraft {
    static final int MAX_PRIORITY = 100;

    /** No host has more; the largest Linux can be built for. */
    private static final int MAX_NODE = 1023;

    /** The keys each action takes; the names of {@code policy.d.ts}. */
    static final Map<String, List<String>> KEYS = Map.of(
            "prefetch", List.of("action", "file", "offset", "length", "node", "ifMisplaced", "priority", "reason"),
            "evict", List.of("action", "file", "offset", "length", "ifMapped", "writeBack", "tier", "reason"),
            "evict from disk", List.of("action", "tier", "model", "file", "reason"),
            "keep", List.of("action", "file", "offset", "length", "until", "while", "reason"),
            "compact", List.of("action", "node", "reason"),
            "remember", List.of("action", "state", "reason"));

    private String action;
    private boolean fromDisk;
    private String model;
    private FileId file;
    private long offset;
    private long length = Step.WHOLE;
    private Node node = Node.READER;
    private Step.IfMisplaced ifMisplaced = Step.IfMisplaced.KEEP;
    private int priority;
    private Step.IfMapped ifMapped = Step.IfMapped.LEAVE;
    private boolean writeBack;
    private Double until;
    private Step.Hold hold;
    private Map<String, Object> state;
    private String reason = "";

    private StepDraft(String action) {
        this.action = action;
    }

    static Step read(Value value, Hook hook) {
        if (!value.hasMembers() || value.hasArrayElements() || value.canExecute()) {
            throw new BadResult("is " + Plain.kind(value) + ", not an object like { file, offset, length }");
        }
        StepDraft draft = new StepDraft(hook.label());
        List<String> given = new ArrayList<>(8);
        for (String key : value.getMemberKeys()) {
            Value member = value.getMember(key);
            if (member == null || !draft.set(key, member)) {
                throw new BadResult("unknown key " + Plain.quoted(key) + "; known are "
                        + String.join(", ", KEYS.get(draft.kind())));
            }
            given.add(key);
        }
        return draft.finished(given);
    }

    /** Whether there is such a key. */
    private boolean set(String key, Value value) {
        if (value.isNull()) {
            boolean known = KEYS.values().stream().anyMatch(keys -> keys.contains(key));
            if (known) {
                throw new BadResult(key + " is " + value + "; leave the key out for its standard value");
            }
            return false;
        }
        switch (key) {
            case "action" -> action = word(value, key, List.of("prefetch", "evict", "keep", "compact", "remember"));
            case "tier" -> fromDisk = "disk".equals(word(value, key, List.of("memory", "disk")));
            case "model" -> model = Plain.text(value, key);
            case "file" -> file = file(value);
            case "offset" -> offset = Plain.whole(value, key);
            case "length" -> length = Plain.whole(value, key);
            case "node" -> node = node(value);
            case "ifMisplaced" ->
                ifMisplaced = "move".equals(word(value, key, List.of("keep", "move")))
                        ? Step.IfMisplaced.MOVE
                        : Step.IfMisplaced.KEEP;
            case "priority" -> priority = priority(value);
            case "ifMapped" ->
                ifMapped = "pageout".equals(word(value, key, List.of("leave", "pageout")))
                        ? Step.IfMapped.PAGEOUT
                        : Step.IfMapped.LEAVE;
            case "writeBack" -> writeBack = Plain.flag(value, key);
            case "until" -> until = Plain.finite(value, key);
            case "while" ->
                hold = "open".equals(word(value, key, List.of("open", "calm"))) ? Step.Hold.OPEN : Step.Hold.CALM;
            case "state" -> state = StateReader.read(value);
            case "reason" -> reason = cut(Plain.text(value, key));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Of {@link #KEYS}. */
    private String kind() {
        return fromDisk && "evict".equals(action) ? "evict from disk" : action;
    }

    private Step finished(List<String> given) {
        List<String> known = KEYS.get(kind());
        for (String key : given) {
            if (!known.contains(key)) {
                throw new BadResult(kind() + " takes no " + key + "; known are " + String.join(", ", known));
            }
        }
        if (fromDisk) {
            return fromDisk();
        }
        if ("remember".equals(action)) {
            if (state == null) {
                throw new BadResult("remember needs state");
            }
            return new Step.Remember(state, reason);
        }
        if ("compact".equals(action)) {
            return compact(given.contains("node"));
        }
        if (file == null) {
            throw new BadResult("file is missing: give the id of a file of the input");
        }
        return switch (action) {
            case "prefetch" -> new Step.Prefetch(file, offset, length, node, ifMisplaced, priority, reason);
            case "evict" -> new Step.Evict(file, offset, length, ifMapped, writeBack, reason);
            default -> kept();
        };
    }

    private Step fromDisk() {
        if ((model == null) == (file == null)) {
            throw new BadResult("evict from disk needs either model (its name) or file (the id of one of its files)");
        }
        return new Step.EvictFromDisk(model, file, reason);
    }

    private Step compact(boolean nodeGiven) {
        if (!nodeGiven) {
            return new Step.Compact(Step.Compact.ALL_NODES, reason);
        }
        if (node instanceof Node.Number one) {
            return new Step.Compact(one.number(), reason);
        }
        throw new BadResult("node is \"" + node.label() + "\"; compact takes a node's number, or none for all");
    }

    private Step kept() {
        if ((until == null) == (hold == null)) {
            throw new BadResult("keep needs either until (unix seconds) or while (\"open\" or \"calm\")");
        }
        if (until != null && until < 0) {
            throw new BadResult("until is " + until + ", which is negative");
        }
        return until == null
                ? new Step.Keep(file, offset, length, hold, 0, reason)
                : new Step.Keep(file, offset, length, Step.Hold.TIME, until, reason);
    }

    private static String word(Value value, String key, List<String> words) {
        String word = Plain.text(value, key);
        if (!words.contains(word)) {
            throw new BadResult(key + " is " + Plain.quoted(word) + ", none of " + String.join(", ", words));
        }
        return word;
    }

    private static FileId file(Value value) {
        String text = Plain.text(value, "file");
        int colon = text.indexOf(':');
        try {
            FileId id = new FileId(
                    Long.parseLong(text, 0, Math.max(colon, 0), 10),
                    Long.parseLong(text, colon + 1, text.length(), 10));
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadResult("file is " + Plain.quoted(text) + ", not the id of a file of the input");
    }

    private static Node node(Value value) {
        if (value.isString()) {
            return switch (word(value, "node", List.of("reader", "accelerator", "interleave"))) {
                case "accelerator" -> Node.ACCELERATOR;
                case "interleave" -> Node.INTERLEAVE;
                default -> Node.READER;
            };
        }
        long number = Plain.whole(value, "node");
        if (number > MAX_NODE) {
            throw new BadResult("node is " + number + ", more than " + MAX_NODE);
        }
        return new Node.Number((int) number);
    }

    private static int priority(Value value) {
        long number = Plain.integer(value, "priority");
        if (Math.abs(number) > MAX_PRIORITY) {
            throw new BadResult("priority is " + number + ", not within -" + MAX_PRIORITY + " to " + MAX_PRIORITY);
        }
        return (int) number;
    }

    private static String cut(String reason) {
        return reason.length() > Guard.MAX_REASON ? reason.substring(0, Guard.MAX_REASON) : reason;
    }
}
