package dev.nowake.policy;

import java.util.List;

/** What a policy's argument may be, and its value where a rule gives none. */
public sealed interface Argument {
    /** As the policy gets it in {@link PolicyInput#args}; null where a rule must give it. */
    Object standard();

    /** A rule must give it. */
    default boolean isRequired() {
        return standard() == null;
    }

    /** Bytes, written with a unit; the policy gets a {@code Long}. */
    record Size(Long standard) implements Argument {
        public Size(long standard) {
            this(Long.valueOf(standard));
        }
    }

    /** A number of things; the policy gets a {@code Long}. */
    record Count(Long standard) implements Argument {
        public Count(long standard) {
            this(Long.valueOf(standard));
        }
    }

    /** Any finite number; the policy gets a {@code Double}. */
    record Decimal(Double standard) implements Argument {}

    /** Yes or no; the policy gets a {@code Boolean}. */
    record Flag(Boolean standard) implements Argument {}

    /** Any text, a path for example; the policy gets a {@code String}. */
    record Text(String standard) implements Argument {}

    /** One of a few words; the policy gets a {@code String}. */
    record Choice(String standard, List<String> words) implements Argument {
        public Choice {
            words = List.copyOf(words);
            if (standard != null && !words.contains(standard)) {
                throw new IllegalArgumentException("'" + standard + "' is none of " + words);
            }
        }
    }
}
