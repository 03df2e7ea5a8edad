package dev.nowake.policy.js;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.FileId;
import dev.nowake.policy.Argument;
import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.Node;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyFailure.Kind;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.SandboxPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptUnitTest {
    private static final String DECLARED = "export const policy = { name: 'p', api: 1 };\n";

    @TempDir
    Path folder;

    @Test
    void everyKindOfStepIsRead() {
        List<Step> steps = prefetch("""
                export function prefetch({ file }) {
                  return [
                    { file: file.id },
                    { file: file.id, offset: 5, length: 2 ** 40, node: "interleave", priority: -3, reason: "r" },
                    { file: file.id, node: 1, ifMisplaced: "move" },
                    { action: "evict", file: file.id, ifMapped: "pageout", writeBack: true },
                    { action: "keep", file: file.id, while: "calm" },
                    { action: "keep", file: file.id, until: 12.5 },
                    { action: "compact", reason: "b" },
                    { action: "compact", node: 3 },
                    { action: "remember", state: { a: [1, 2.5, null, true, "x", { b: {} }] } },
                  ];
                }
                """);
        FileId id = new FileId(1, 2);
        assertThat(steps)
                .containsExactly(
                        new Step.Prefetch(id, 0, Step.WHOLE, ""),
                        new Step.Prefetch(id, 5, 1L << 40, Node.INTERLEAVE, -3, "r"),
                        new Step.Prefetch(id, 0, Step.WHOLE, new Node.Number(1), Step.IfMisplaced.MOVE, 0, ""),
                        new Step.Evict(id, 0, Step.WHOLE, Step.IfMapped.PAGEOUT, true, ""),
                        new Step.Keep(id, 0, Step.WHOLE, Step.Hold.CALM, 0, ""),
                        new Step.Keep(id, 0, Step.WHOLE, Step.Hold.TIME, 12.5, ""),
                        new Step.Compact(Step.Compact.ALL_NODES, "b"),
                        new Step.Compact(3, ""),
                        new Step.Remember(
                                Map.of("a", java.util.Arrays.asList(1L, 2.5, null, true, "x", Map.of("b", Map.of()))),
                                ""));
    }

    @Test
    void theInputBehavesLikePlainValues() {
        assertThat(prefetch("""
                        const same = (a, b, what) => { if (a !== b) throw new Error(what + ": " + a); };
                        export function prefetch(input) {
                          const { load: { files }, file, model, ...rest } = input;
                          same(Array.isArray(files), true, "isArray");
                          same(files.length, 4, "length");
                          same(files.slice(1, 3).length, 2, "slice");
                          same(files.map(f => f.shard).join(), "0,1,2,3", "map");
                          same(files.filter(f => f.opened).length, 2, "filter");
                          same(files.find(f => f.inUse).id, file.id, "find");
                          same([...files].length, 4, "spread");
                          same(files[0], files[0], "identity");
                          same({ ...file, x: 1 }.size, file.size, "object spread");
                          same(Object.keys(file).length, 11, "keys");
                          same(Object.entries(file)[0].join(), "id,1:2", "entries");
                          same(JSON.parse(JSON.stringify(input)).load.files[1].frontier, 2 ** 30, "json");
                          same(input.range, null, "null");
                          same(input.nothing, undefined, "undefined");
                          same("host" in input, true, "in");
                          same(typeof file.size, "number", "number");
                          same(file.size + 1, 4 * 2 ** 30 + 1, "arithmetic");
                          same(model.shards[0].tensors[0].offset, 2 ** 20, "tensors");
                          let n = 0;
                          for (const f of files) n += f.shard;
                          for (const key in file) n += key.length > 0 ? 1 : 0;
                          same(n, 17, "for");
                          return [];
                        }
                        """)).isEmpty();
    }

    @Test
    void aCallAfterAKillRunsInANewContextFromTheSourcesAsRead() throws Exception {
        Path file = Files.writeString(
                folder.resolve("p.js"),
                "import { n } from './n.js';\n" + DECLARED
                        + "let calls = 0; export function prefetch({ args }) { calls++;"
                        + " while (args.hang) {} return [{ file: '1:1', length: n, offset: calls }]; }");
        Path imported = Files.writeString(folder.resolve("n.js"), "export const n = 7;");
        try (ScriptUnit unit = ScriptUnit.load(folder, file)) {
            assertThat(unit.files()).containsExactlyInAnyOrder(file.toRealPath(), imported.toRealPath());
            assertThat(unit.policy().prefetch(input(Map.of()))).hasSize(1);
            Files.delete(imported);
            Files.writeString(file, "broken(");
            CallWatch watch = new CallWatch(unit);
            assertThatThrownBy(() -> unit.policy().prefetch(input(Map.of("hang", true))))
                    .isInstanceOfSatisfying(
                            PolicyFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT))
                    .hasMessageContaining("took longer");
            watch.end();
            unit.stopCall("nothing is under way");
            assertThat(unit.policy().prefetch(input(Map.of())))
                    .containsExactly(new Step.Prefetch(new FileId(1, 1), 1, 7, ""));
        }
    }

    @Test
    void argumentsAreDeclaredByValueOrByType() {
        try (ScriptUnit unit = ScriptUnit.ofSource("p.js", """
                export const policy = { name: "p", api: 1, description: "d", args: {
                  window: "4GiB", files: 2, share: 0.25, fast: true, path: "x",
                  must: { type: "count" }, mode: { type: "choice", words: ["a", "b"], default: "b" } } };
                export function evict() {}
                """)) {
            assertThat(unit.policy().arguments())
                    .isEqualTo(Map.of(
                            "window", new Argument.Size(4L << 30),
                            "files", new Argument.Count(2),
                            "share", new Argument.Decimal(0.25),
                            "fast", new Argument.Flag(true),
                            "path", new Argument.Text("x"),
                            "must", new Argument.Count(null),
                            "mode", new Argument.Choice("b", List.of("a", "b"))));
            assertThat(unit.policy().description()).isEqualTo("d");
            assertThat(unit.policy().evict(input(Map.of()))).isEmpty();
            assertThat(unit.policy().prefetch(input(Map.of()))).isEmpty();
        }
    }

    @Test
    void stateComesBackAsItWasRemembered() {
        try (ScriptUnit unit = ScriptUnit.ofSource("p.js", DECLARED + """
                        export function prefetch({ state }) {
                          const seen = [...(state.seen ?? []), { n: (state.seen ?? []).length }];
                          return [{ action: "remember", state: { ...state, seen } }];
                        }
                        """)) {
            Map<String, Object> state = Map.of();
            for (int i = 0; i < 3; i++) {
                state = ((Step.Remember) unit.policy()
                                .prefetch(input(Map.of()).withState(state))
                                .getFirst())
                        .state();
            }
            assertThat(state)
                    .extractingByKey("seen", InstanceOfAssertFactories.LIST)
                    .hasSize(3)
                    .last()
                    .isEqualTo(Map.of("n", 2L));
        }
    }

    @Test
    void linesOfTheConsoleAreBounded() {
        List<String> lines = new ArrayList<>();
        try (ScriptUnit unit = ScriptUnit.ofSource(
                "p.js",
                DECLARED
                        + "export function prefetch({ file }) { console.log('a', 1, { b: [2] }, file.shard);"
                        + " console.warn('x'.repeat(5000)); }")) {
            unit.logTo(lines::add);
            unit.warmUp();
            assertThat(lines).as("a dry call says nothing").isEmpty();
            unit.policy().prefetch(input(Map.of()));
        }
        assertThat(lines).hasSize(2).first().isEqualTo("a 1 {\"b\":[2]} 1");
        assertThat(lines.getLast()).startsWith("warn: xxx").hasSize(1000);
    }

    @Test
    void warmingUpLeavesNoTraceInTheScriptsOwnVariables() {
        try (ScriptUnit unit = ScriptUnit.ofSource(
                "p.js", DECLARED + "let n = 0; export const prefetch = () => [{ file: '1:1', offset: n++ }];")) {
            unit.warmUp();
            assertThat(unit.policy().prefetch(input(Map.of())))
                    .containsExactly(new Step.Prefetch(new FileId(1, 1), 0, Step.WHOLE, ""));
        }
    }

    /** {@link Sandbox} restricts one by one what this policy of the engine restricts as a whole. */
    @Test
    void theRestrictionsAreThoseOfTheConstrainedSandbox() {
        try (Engine engine = Sandbox.engine(Engine.newBuilder("js").sandbox(SandboxPolicy.CONSTRAINED));
                Context context = Sandbox.restricted(Context.newBuilder("js").sandbox(SandboxPolicy.CONSTRAINED), null)
                        .engine(engine)
                        .build()) {
            assertThat(context.eval("js", "1 + 1").asInt()).isEqualTo(2);
        }
    }

    private static List<Step> prefetch(String hooks) {
        try (ScriptUnit unit = ScriptUnit.ofSource("p.js", DECLARED + hooks)) {
            return unit.policy().prefetch(input(Map.of()));
        }
    }

    private static PolicyInput input(Map<String, Object> args) {
        return CannedInputs.reading(Trigger.OPEN, 4, args);
    }
}
