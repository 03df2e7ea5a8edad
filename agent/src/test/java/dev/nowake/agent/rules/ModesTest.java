package dev.nowake.agent.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.InFlightLimits;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.config.ServiceSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModesTest {
    private static final Path MODELS = Path.of("/models");
    private static final Path SCRATCH = Path.of("/scratch");

    private static RootRule root(Path path, Mode mode) {
        return new RootRule(path, mode, "load-and-release", Map.of());
    }

    private static Rule rule(String name, Mode mode) {
        return new Rule(name, "nowake.yaml:1", null, "none", Map.of(), mode, null);
    }

    private static Mode mode(String name) {
        return name == null ? null : Mode.valueOf(name.toUpperCase(java.util.Locale.ROOT));
    }

    /** The configuration's rule and root, what was set of each, and what is in force. */
    @ParameterizedTest
    @CsvSource({
        "       , observe,        ,        , observe",
        "enforce, observe,        ,        , enforce",
        "observe, enforce,        ,        , observe",
        "       , observe,        , enforce, enforce",
        "observe, observe,        , enforce, observe", // a rule's own mode is not the root's
        "enforce, enforce,        , observe, observe", // whatever the rules say
        "       , enforce, observe,        , observe",
        "observe, observe, enforce,        , enforce",
        "observe, observe, enforce, observe, observe", // the more careful one
        "enforce, enforce, observe, enforce, observe",
    })
    void theModeOfALoad(String ofRule, String ofRoot, String setRule, String setRoot, String inForce) {
        Modes modes = Modes.CONFIGURED.withRule("r", mode(setRule)).withRoot(MODELS, mode(setRoot));
        assertThat(modes.of(rule("r", mode(ofRule)), root(MODELS, mode(ofRoot))))
                .isEqualTo(mode(inForce));
        assertThat(modes.withRule("r", null).withRoot(MODELS, null)).isEqualTo(Modes.CONFIGURED);
    }

    @Test
    void aboutNoFileInParticularARuleWithoutAModeActsWhereEveryRootDoes() {
        List<RootRule> roots = List.of(root(MODELS, Mode.ENFORCE), root(SCRATCH, Mode.OBSERVE));
        assertThat(Modes.CONFIGURED.of(rule("r", null), roots)).isEqualTo(Mode.OBSERVE);
        Modes both = Modes.CONFIGURED.withRoot(SCRATCH, Mode.ENFORCE);
        assertThat(both.of(rule("r", null), roots)).isEqualTo(Mode.ENFORCE);
        assertThat(both.of(rule("r", Mode.OBSERVE), roots)).isEqualTo(Mode.OBSERVE);
        assertThat(both.withRule("r", Mode.OBSERVE).of(rule("r", null), roots)).isEqualTo(Mode.OBSERVE);
    }

    @Test
    void anotherConfigurationKeepsWhatItHasANameFor() {
        Modes set = Modes.CONFIGURED
                .withRule("production", Mode.ENFORCE)
                .withRule("gone", Mode.ENFORCE)
                .withRule("rule 1", Mode.ENFORCE)
                .withRoot(MODELS, Mode.OBSERVE)
                .withRoot(SCRATCH, Mode.OBSERVE);
        Config next = new Config(
                Mode.OBSERVE,
                List.of(root(MODELS, Mode.ENFORCE)),
                List.of(rule("rule 1", null), rule("production", null)),
                List.of(),
                InFlightLimits.DEFAULT,
                ServiceSettings.DEFAULT);
        Modes kept = set.keptBy(next);
        assertThat(kept.rules()).containsOnlyKeys("production");
        assertThat(kept.roots()).containsOnlyKeys(MODELS);
        assertThat(kept.overall(next)).isEqualTo(Mode.OBSERVE);
        assertThat(Modes.CONFIGURED.overall(next)).isEqualTo(Mode.ENFORCE);
    }
}
