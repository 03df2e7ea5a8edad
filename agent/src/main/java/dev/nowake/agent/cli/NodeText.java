package dev.nowake.agent.cli;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Where pages go and what decided it, of a document with {@code nodes} and {@code nodesBy}, for people. */
final class NodeText {
    private NodeText() {}

    static String of(JsonNode document) {
        List<String> nodes = new ArrayList<>();
        document.path("nodes").forEach(node -> nodes.add(Long.toString(node.asLong())));
        if (!document.path("nodes").isArray()) {
            return "-";
        }
        return nodes.isEmpty()
                ? "any"
                : String.join(",", nodes) + " by "
                        + Line.of(document.path("nodesBy").asString(""));
    }
}
