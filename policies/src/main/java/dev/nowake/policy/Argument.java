package dev.nowake.policy;

import java.util.List;

/** What a policy's argument may be, and its value where a rule gives none. */
public sealed interface Argument {
    /** As the policy gets it in {@link PolicyInput#args}. */
    Object standard();

    /** Bytes, written with a unit; the policy gets a {@code Long}. */
    record Size(long standardBytes) implements Argument {
        @Override
        public Long standard() {
            return standardBytes;
        }
    }

    /** A number of things; the policy gets a {@code Long}. */
    record Count(long standardCount) implements Argument {
        @Override
        public Long standard() {
            return standardCount;
        }
    }

    /** One of a few words; the policy gets a {@code String}. */
    record Choice(String standard, List<String> words) implements Argument {
        public Choice {
            words = List.copyOf(words);
            if (!words.contains(standard)) {
                throw new IllegalArgumentException("'" + standard + "' is none of " + words);
            }
        }
    }
}
