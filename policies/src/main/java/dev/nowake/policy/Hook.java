package dev.nowake.policy;

import java.util.List;
import java.util.Locale;

/** Which of a policy's two functions is called. */
public enum Hook {
    PREFETCH,
    EVICT;

    public List<Step> call(Policy policy, PolicyInput input) {
        return this == PREFETCH ? policy.prefetch(input) : policy.evict(input);
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
