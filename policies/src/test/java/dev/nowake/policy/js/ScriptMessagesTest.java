package dev.nowake.policy.js;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyFailure.Kind;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the author of a script that cannot be used is told. */
class ScriptMessagesTest {
    private static final String DECLARED = "export const policy = { name: 'p', api: 1 };\n";

    @TempDir
    Path folder;

    @Test
    void aMisspeltHookIsTold() {
        String evct = DECLARED + "export const prefetch = () => [];\nexport function evct() { return []; }\n";
        assertThatThrownBy(() -> ScriptUnit.ofSource("p.js", evct))
                .hasMessageStartingWith(
                        "p.js:1: exports a function \"evct\", which is no hook; hooks are prefetch and evict");
        assertThatThrownBy(() -> ScriptUnit.ofSource("p.js", DECLARED + "export function prefech() {}\n"))
                .hasMessageContaining("\"prefech\"");
        String both = evct + "export function evict() { return []; }\nexport const version = 2;\n";
        ScriptUnit.ofSource("p.js", both).close();
        ScriptUnit.ofSource("p.js", DECLARED + "export const limit = 2;\nexport function evict() { return []; }\n")
                .close();
    }

    @Test
    void whatCannotBeImportedIsToldWithWhatCan() throws Exception {
        Path file = Files.writeString(folder.resolve("p.js"), "import fs from \"fs\";\n" + DECLARED);
        assertThatThrownBy(() -> ScriptUnit.load(folder, file))
                .hasMessageEndingWith(
                        "fs' to import; write \"./NAME.js\" for one beside the policy, there is nothing else");
    }

    @Test
    void errorsNameFileLineAndColumn() throws Exception {
        Path file = Files.writeString(
                folder.resolve("p.js"),
                DECLARED + "import { f } from './lib/f.js';\nexport const prefetch = () => f();\n");
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Files.writeString(lib.resolve("f.js"), "export function f() {\n  return null.x;\n}\n");
        try (ScriptUnit unit = ScriptUnit.load(folder, file)) {
            assertThatThrownBy(() -> unit.policy().prefetch(input(Map.of())))
                    .hasMessageContaining("lib/f.js:2:")
                    .hasMessageContaining("TypeError");
        }
        Files.writeString(lib.resolve("f.js"), "export function f() {\n  return [;\n}\n");
        assertThatThrownBy(() -> ScriptUnit.load(folder, file))
                .isInstanceOfSatisfying(
                        PolicyFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
                .hasMessageContaining("lib/f.js:2:")
                .hasMessageContaining("SyntaxError");
    }

    @Test
    void everyMessageNamesTheFileByItsWholePath() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        Path relative = here.relativize(folder);
        Path file = Files.writeString(folder.resolve("p.js"), DECLARED + "export const prefetch = () => 7;");
        String whole = folder.toAbsolutePath().normalize().resolve("p.js").toString();
        try (ScriptUnit unit = ScriptUnit.load(relative, relative.resolve("p.js"))) {
            assertThat(unit.origin()).isEqualTo(whole);
            assertThatThrownBy(() -> unit.policy().prefetch(input(Map.of()))).hasMessageStartingWith(whole + ": ");
        }
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> ScriptUnit.load(relative, relative.resolve("p.js")))
                .hasMessageStartingWith(file.toRealPath() + ": ");
        assertThatThrownBy(() -> ScriptUnit.load(relative, relative.resolve("none.js")))
                .hasMessageStartingWith(folder.resolve("none.js") + ": ");
    }

    @Test
    void aLargeOrBinaryFileIsRefusedInOneLine() throws Exception {
        Path large = folder.resolve("large.js");
        try (var channel = Files.newByteChannel(
                large, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE)) {
            channel.position(50_000_000).write(java.nio.ByteBuffer.wrap(new byte[] {' '}));
        }
        Path binary = Files.write(folder.resolve("binary.js"), new byte[] {'/', '/', (byte) 0xff});
        assertThatThrownBy(() -> ScriptUnit.load(folder, large)).hasMessageContaining("large.js: is larger than 1 MiB");
        assertThatThrownBy(() -> ScriptUnit.load(folder, binary)).hasMessageContaining("binary.js: is not UTF-8");
        assertThatThrownBy(() -> ScriptUnit.load(folder, folder.resolve("none.js")))
                .hasMessageContaining("none.js: cannot be read");
    }

    @Test
    void aScriptWithoutAFolderImportsNothing() {
        assertThatThrownBy(() -> ScriptUnit.ofSource("shipped.js", "import './x.js';\n" + DECLARED))
                .isInstanceOf(PolicyFailure.class)
                .hasMessageContaining("shipped.js");
    }

    @Test
    void aClosedUnitSaysSo() {
        ScriptUnit unit = ScriptUnit.ofSource("p.js", DECLARED + "export const prefetch = () => [];");
        unit.close();
        assertThatThrownBy(() -> unit.policy().prefetch(input(Map.of())))
                .isInstanceOf(PolicyFailure.class)
                .hasMessageContaining("closed");
    }

    private static PolicyInput input(Map<String, Object> args) {
        return CannedInputs.reading(Trigger.OPEN, 4, args);
    }
}
