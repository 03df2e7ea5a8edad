import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.builtin.LoadAndReleasePolicy;
import dev.nowake.policy.js.ScriptUnit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What a policy's hooks cost, conversion of input and steps included; prints Markdown. */
public final class PolicyHooks {
    private static final int CALLS = 2000;

    private static final String NEXT_TWO = """
            export const policy = { name: "next-two-shards", api: 1, args: { lookaheadFiles: 2 } };
            export function prefetch({ trigger, file, model, args }) {
              if (trigger !== "open") return [];
              const next = model.shards.slice(file.shard + 1, file.shard + 1 + args.lookaheadFiles);
              return next.map(s => ({ file: s.id, offset: 0, length: s.size, node: "reader", reason: "lookahead" }));
            }
            """;

    private static final String EVERY_SHARD = """
            export const policy = { name: "every-shard", api: 1 };
            export function prefetch({ load }) {
              const steps = [];
              for (const f of load.files) {
                if (!f.opened) steps.push({ file: f.id, offset: f.frontier, reason: "lookahead" });
              }
              return steps;
            }
            """;

    public static void main(String[] arguments) throws Exception {
        int settle = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        System.out.println("| what | ms | resident MiB |\n|---|---:|---:|");
        System.out.printf("| JVM with the classes of this benchmark | | %d |%n", residentMib());
        ScriptUnit[] units = new ScriptUnit[3];
        for (int i = 0; i < units.length; i++) {
            String source = (i == 1 ? EVERY_SHARD : NEXT_TWO) + "// " + i;
            long started = System.nanoTime();
            units[i] = ScriptUnit.ofSource("policy" + i + ".js", source);
            long loaded = System.nanoTime();
            units[i].warmUp();
            long warm = System.nanoTime();
            PolicyInput input = CannedInputs.reading(Trigger.OPEN, 4, Map.of("lookaheadFiles", 2L));
            units[i].policy().prefetch(input);
            System.out.printf("| policy %d: load | %.1f | |%n", i + 1, (loaded - started) / 1e6);
            System.out.printf("| policy %d: warm-up | %.1f | |%n", i + 1, (warm - loaded) / 1e6);
            System.out.printf("| policy %d: first call after it | %.3f | %d |%n", i + 1, (System.nanoTime() - warm) / 1e6, residentMib());
        }
        System.out.println("\n| hook | shards | steps | after calls | median us | p99 us |\n|---|---:|---:|---:|---:|---:|");
        for (int shards : new int[] {4, 100}) {
            hook("next-two-shards (JS)", units[0].policy(), shards, settle);
            hook("every-shard (JS)", units[1].policy(), shards, settle);
            hook("load-and-release (Java)", new LoadAndReleasePolicy(), shards, settle);
        }
        System.out.printf("%nResident at the end, three policies: %d MiB%n", residentMib());
    }

    private static void hook(String name, Policy policy, int shards, int settle) {
        int steps = 0;
        for (int done = 0; done <= settle; done += settle / 2) {
            long[] nanos = new long[CALLS];
            for (int i = 0; i < CALLS; i++) {
                PolicyInput input = CannedInputs.reading(Trigger.OPEN, shards, Map.of("lookaheadFiles", 2L));
                long started = System.nanoTime();
                steps = Hook.PREFETCH.call(policy, input).size();
                nanos[i] = System.nanoTime() - started;
            }
            Arrays.sort(nanos);
            System.out.printf(
                    "| %s | %d | %d | %d | %.1f | %.1f |%n",
                    name, shards, steps, done, nanos[CALLS / 2] / 1e3, nanos[CALLS * 99 / 100] / 1e3);
            PolicyInput input = CannedInputs.reading(Trigger.OPEN, shards, Map.of("lookaheadFiles", 2L));
            for (int i = CALLS; i < settle / 2; i++) {
                policy.prefetch(input);
            }
        }
    }

    private static long residentMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
            }
        }
        return -1;
    }
}
