package dev.nowake.agent.cli;

import dev.nowake.agent.advice.Finding;
import dev.nowake.agent.advice.FsKind;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.cli.DoctorVerb.Check;
import java.util.ArrayList;
import java.util.List;

/** A line for the roots, and one for each network and FUSE mount in question: what is known of it, and what is not. */
final class MountChecks {
    private MountChecks() {}

    static List<Check> of(MountsInQuestion mounts, List<MountLook> looks, List<Finding> findings) {
        List<Check> checks = new ArrayList<>();
        boolean none = mounts.folders().isEmpty();
        checks.add(new Check(
                "mounts",
                !none,
                mounts.origin()
                        + (none
                                ? ": name the folders to look at"
                                : "; network and FUSE mounts under them: " + looks.size())));
        for (MountLook look : looks) {
            checks.add(of(look, findings));
        }
        return checks;
    }

    private static Check of(MountLook look, List<Finding> findings) {
        List<String> ids = findings.stream()
                .filter(finding -> look.mount().mountPoint().equals(finding.mount()))
                .map(finding -> finding.id().label())
                .distinct()
                .toList();
        List<String> facts = new ArrayList<>();
        facts.add(look.mount().fsType() + " " + look.mount().source());
        facts.add("read-ahead " + (look.readAheadBytes() < 0 ? "unknown" : Sizes.of(look.readAheadBytes())));
        if (look.kind() == FsKind.FUSE) {
            facts.add(
                    look.connection() == null || look.connection().maxBackground() < 0
                            ? "requests at once unknown (no /sys/fs/fuse/connections)"
                            : look.connection().maxBackground() + " requests at once");
            facts.add(
                    look.servers().isEmpty()
                            ? "server process unknown"
                            : "served by pid " + look.servers().getFirst().pid());
            facts.add(
                    switch (look.opens()) {
                        case UNKNOWN -> "opens unknown";
                        case KEEP_PAGES -> "opens keep pages";
                        case DROP_PAGES -> "opens drop pages";
                        case CACHE_NOTHING -> "nothing is kept";
                    });
        }
        facts.add(ids.isEmpty() ? "nothing to advise" : "see below: " + String.join(", ", ids));
        return new Check(
                "mount " + Invocation.show(look.mount().mountPoint()), ids.isEmpty(), String.join("; ", facts));
    }
}
