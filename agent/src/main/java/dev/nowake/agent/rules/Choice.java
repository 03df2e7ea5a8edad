package dev.nowake.agent.rules;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.decide.Assignment;
import java.util.List;

/**
 * Who decides about a load, and why.
 *
 * @param root the deepest root the file lies under
 * @param rule null where none matched and the root's own policy applies
 * @param name the rule's, or {@code root PATH}
 * @param why one line
 * @param passedOver the rules before it, in order
 */
public record Choice(
        RootRule root,
        Rule rule,
        String name,
        Assignment assignment,
        Mode mode,
        String why,
        List<PassedOver> passedOver) {
    public Choice {
        passedOver = List.copyOf(passedOver);
    }

    /** The root, with what was chosen in place of its own. */
    public RootRule effective() {
        return new RootRule(root.path(), mode, assignment.policy(), assignment.args());
    }
}
