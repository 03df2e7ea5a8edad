package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.cli.DoctorVerb.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What doctor says of rights, and that whatever starts the daemon grants them. */
class HostChecksTest {
    private static final Pattern NAME = Pattern.compile("CAP_[A-Z_]+");
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();

    @Test
    void namesWhatIsMissingAndWhatThatCosts() {
        assertThat(HostChecks.rights("root", -1L).ok()).isTrue();
        Check noOwner = HostChecks.rights("root", ~(1L << 3));
        assertThat(noOwner.ok()).isFalse();
        assertThat(noOwner.detail())
                .contains("root without CAP_FOWNER", "none of them is released")
                .doesNotContain("CAP_SYS_ADMIN");
        assertThat(HostChecks.rights("user 1000", 0).detail())
                .startsWith("user 1000 without")
                .contains("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_LEASE", "CAP_DAC_READ_SEARCH");
    }

    @Test
    void unitAndManifestsGrantThem() throws IOException {
        Matcher name = NAME.matcher(HostChecks.rights("root", 0).detail());
        List<String> needed = name.results().map(found -> found.group()).toList();
        assertThat(needed).isNotEmpty();
        String unit = Files.readString(CHECKOUT.resolve("systemd/nowake.service"));
        String bounds = unit.lines()
                .filter(line -> line.startsWith("CapabilityBoundingSet="))
                .findFirst()
                .orElseThrow();
        assertThat(bounds).contains(needed);
        for (String recipe : List.of("samples/kubernetes/base/daemonset.yaml", "samples/container/README.md")) {
            String text = Files.readString(CHECKOUT.resolve(recipe));
            assertThat(needed)
                    .allSatisfy(capability -> assertThat(text)
                            .as(recipe)
                            .containsPattern("(?m)(- |[, ])" + capability.substring("CAP_".length()) + "\\b"));
        }
    }
}
