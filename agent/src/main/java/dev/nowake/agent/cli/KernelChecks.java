package dev.nowake.agent.cli;

import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.LinuxKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Java, the binding, and every feature nowake has a fallback for. */
final class KernelChecks {
    private static final int JAVA = 25;

    private KernelChecks() {}

    static List<Check> of(Kernel kernel) {
        List<Check> checks = new ArrayList<>();
        int java = Runtime.version().feature();
        checks.add(new Check(
                "java",
                java >= JAVA,
                Runtime.version() + " (" + System.getProperty("java.home") + ")"
                        + (java >= JAVA ? "" : "; nowake needs " + JAVA)));
        String note = kernel instanceof LinuxKernel linux ? linux.bindingNote() : null;
        checks.add(new Check("binding", true, kernel.binding() + (note == null ? "" : "; " + note)));
        Features features = kernel.features();
        for (Feature feature : Feature.values()) {
            checks.add(check(feature, features));
        }
        return checks;
    }

    private static Check check(Feature feature, Features features) {
        String name = feature.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return features.has(feature)
                ? new Check(name, true, feature.gives())
                : new Check(name, false, "missing (" + features.whyMissing(feature) + "): " + feature.fallback());
    }
}
