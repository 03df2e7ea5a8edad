package dev.nowake.agent.cli;

import tools.jackson.databind.JsonNode;

/** Control groups, for people: one line each, from {@code status} and {@code explain}. */
final class CgroupText {
    private static final String CHARGED_TO_US =
            "prefetched pages are charged to nowake's cgroup, not to this one, and the "
                    + "reader's own reads of them are not charged either";

    private static final String LIMIT_IS_OURS =
            "that limit is nowake's own too: prefetched pages count against it, and " + "prefetch stays below it";

    private CgroupText() {}

    /** The daemon's own; {@code group} of an older daemon is missing. */
    static String own(JsonNode group) {
        if (!group.path("problem").isNull() || group.isMissingNode()) {
            return "unknown: " + Line.of(group.path("problem").asString("the daemon does not say"));
        }
        return reader(group)
                + (group.path("roomBytes").isNumber()
                        ? ", " + Sizes.of(group.path("roomBytes").asLong()) + " left for prefetch"
                        : "");
    }

    /** Path, version, what is charged, the least limit and who sets it. */
    static String reader(JsonNode group) {
        StringBuilder text = new StringBuilder(Line.of(group.path("path").asString("")));
        if (!group.path("problem").isNull()) {
            return text.append(": ")
                    .append(Line.of(group.path("problem").asString("")))
                    .toString();
        }
        text.append(" (v").append(group.path("version").asInt()).append(")");
        if (group.path("chargedBytes").isNumber()) {
            text.append(": ")
                    .append(Sizes.of(group.path("chargedBytes").asLong()))
                    .append(" charged");
        }
        if (!hasLimit(group)) {
            return text.append(", no limit").toString();
        }
        text.append(", limit ").append(Sizes.of(group.path("limitBytes").asLong()));
        text.append(" (").append(group.path("limitFile").asString(""));
        if (!group.path("limitPath").equals(group.path("path"))) {
            text.append(" of ").append(Line.of(group.path("limitPath").asString("")));
        }
        return text.append(")").toString();
    }

    /** What a reader's limit means for what is prefetched. */
    static String charging(JsonNode group) {
        return group.path("limitIsOurs").asBoolean(false) ? LIMIT_IS_OURS : CHARGED_TO_US;
    }

    static boolean hasLimit(JsonNode group) {
        return group.path("limitBytes").isNumber();
    }
}
