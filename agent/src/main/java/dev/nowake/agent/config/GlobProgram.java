package dev.nowake.agent.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The states of a compiled {@link Glob}, in the pattern's order. A state that takes a character leads to the one after it;
 * a fork takes none and leads wherever it says. The last state is the pattern's end.
 */
final class GlobProgram {
    private static final int[] NOWHERE = {};

    private record State(IntPredicate takes, int[] onward) {}

    private final List<State> states = new ArrayList<>();

    int size() {
        return states.size();
    }

    void take(IntPredicate characters) {
        states.add(new State(characters, NOWHERE));
    }

    /** Returns its number, for {@link #leads}. */
    int fork(int... onward) {
        states.add(new State(null, onward));
        return states.size() - 1;
    }

    void leads(int fork, int... onward) {
        states.set(fork, new State(null, onward));
    }

    boolean consumes(int state, int character) {
        IntPredicate takes = states.get(state).takes();
        return takes != null && takes.test(character);
    }

    int[] onward(int state) {
        return states.get(state).onward();
    }
}
