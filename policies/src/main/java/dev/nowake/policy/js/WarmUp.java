package dev.nowake.policy.js;

import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.CannedInputs.Canned;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import java.util.List;
import org.graalvm.polyglot.PolyglotException;

/** Calls a script's hooks on canned inputs again and again, until they are fast; what they answer is dropped. */
final class WarmUp {
    /**
     * 700 calls: 50 ms once other scripts have run, half a second for the first. A hook then takes twice what it does after
     * 20,000 calls, and more would keep a start waiting.
     */
    private static final int ROUNDS = 24;

    private WarmUp() {}

    static void of(Policy policy, Realm realm) {
        List<Canned> inputs = CannedInputs.all(CannedInputs.argsFor(policy));
        for (int round = 0; round < ROUNDS; round++) {
            for (Canned canned : inputs) {
                for (Hook hook : Hook.values()) {
                    call(realm, hook, canned.input());
                }
            }
        }
    }

    private static void call(Realm realm, Hook hook, PolicyInput input) {
        try {
            realm.call(hook, input);
        } catch (BadResult e) {
            // a real call will say so
        } catch (PolyglotException e) {
            if (ScriptError.isFatal(e)) {
                throw e;
            }
        }
    }
}
