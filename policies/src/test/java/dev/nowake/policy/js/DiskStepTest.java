package dev.nowake.policy.js;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.Guard;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.builtin.Mirrors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a script is told of a mirror's disk, and how it says what goes. */
class DiskStepTest {
    private static final PolicyInput INPUT = Mirrors.input(Mirrors.of(
            100,
            70,
            10,
            50,
            Mirrors.model(1, "a", 40, 1_700_000_000.5),
            Mirrors.kept(Mirrors.open(Mirrors.model(2, "b", 30, 0)))));

    @Test
    void theMirrorIsPlainValues() {
        List<Step> steps = evict("""
                const same = (a, b, what) => { if (a !== b) throw new Error(what + ": " + a); };
                export function evict({ trigger, file, load, model, models, mirror: m }) {
                  same(trigger, "disk", "trigger");
                  same(file ?? load ?? model, null, "about no load");
                  same(models.length, 0, "models");
                  same([m.name, m.budget, m.used, m.free, m.reserve, m.needed, m.excess].join(), "m,100,70,70,10,50,20", "mirror");
                  const [a, b] = m.models;
                  same([a.name, a.size, a.onDisk, a.lastLoaded].join(), "a,80,40,1700000000.5", "model");
                  same([a.open, a.loading, a.kept, b.open, b.loading, b.kept].join(), "false,false,false,true,false,true", "flags");
                  same(a.files.map(f => [f.id, f.path, f.size, f.onDisk].join(":")).join(), "2:1:a/1:40:27,2:1001:a/2:40:13", "files");
                  same([...m.models].sort((x, y) => x.onDisk - y.onDisk)[0].name, "b", "sort a copy");
                  return [];
                }
                """);
        assertThat(steps).isEmpty();
    }

    @Test
    void aModelIsNamedOrOneOfItsFilesIs() {
        List<Step> steps = evict("""
                export const evict = ({ mirror }) => [
                  { tier: "disk", model: "a", reason: "r" },
                  { action: "evict", tier: "disk", file: mirror.models[1].files[1].id },
                  { tier: "memory", file: mirror.models[0].files[0].id },
                ];
                """);
        assertThat(steps)
                .containsExactly(
                        Step.EvictFromDisk.model("a", "r"),
                        Step.EvictFromDisk.ofFile(Mirrors.file(1002), ""),
                        Step.Evict.whole(Mirrors.file(1), ""));
        Guard.Verdict verdict = Guard.check(steps, INPUT);
        assertThat(verdict.fromDisk())
                .extracting(Guard.FromDisk::model)
                .extracting(MirroredModelView::name)
                .containsExactly("a");
        assertThat(verdict.refused())
                .containsExactly(
                        "step evicts model b from disk, which is open",
                        "step evicts from page cache at trigger disk; say tier: \"disk\" to free the disk");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ tier: 'disk' }| evict from disk needs either model (its name) or file (the id of one of its files)",
                "{ tier: 'disk', model: 'a', file: '2:1' }| evict from disk needs either model",
                "{ tier: 'disk', model: 'a', offset: 0 }| evict from disk takes no offset; known are action, tier, model, file",
                "{ tier: 'disk', model: 7 }| model is the number 7.0, not a string",
                "{ tier: 'tape', model: 'a' }| tier is \"tape\", none of memory, disk",
                "{ model: 'a' }| evict takes no model; known are action, file, offset, length",
                "{ action: 'keep', tier: 'disk', file: '2:1' }| keep takes no tier",
            })
    void aWrongOneSaysWhatIsKnown(String step, String message) {
        assertThatThrownBy(() -> evict("export const evict = () => [" + step + "];"))
                .hasMessageContaining(message);
    }

    private static List<Step> evict(String body) {
        try (ScriptUnit unit = ScriptUnit.ofSource("p.js", "export const policy = { name: 'p', api: 1 };\n" + body)) {
            return unit.policy().evict(INPUT);
        }
    }
}
