package dev.nowake.agent.cli;

import dev.nowake.agent.advice.Change;
import dev.nowake.agent.advice.Fix;
import dev.nowake.agent.advice.Fixing;
import dev.nowake.agent.advice.Lasting;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountSelection;
import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.proc.Mount;
import java.nio.file.Path;
import java.util.List;

/** {@code doctor --fix}: sets it, shows what it was and is, and says how to make it last. */
final class MountFix {
    private final Invocation invocation;
    private final Fix fix;
    private final boolean dryRun;

    MountFix(Invocation invocation, Fix fix, boolean dryRun) {
        this.invocation = invocation;
        this.fix = fix;
        this.dryRun = dryRun;
    }

    int run(List<Path> given, MountsInQuestion mounts) throws CliException {
        List<MountLook> looks = given.isEmpty() ? mounts.looks() : named(given.size(), mounts);
        List<Change> changes = Fixing.plan(fix, looks).stream()
                .map(change -> dryRun ? change : Fixing.apply(change))
                .toList();
        for (Change change : changes) {
            if ("permission denied".equals(change.problem())) {
                throw new CliException(
                        ExitCode.NOT_PERMITTED,
                        "not_permitted",
                        change.file() + ": permission denied; run as root, or with --dry-run to see what would be set");
            }
        }
        List<String> lasting = Lasting.of(fix, looks);
        if (invocation.json()) {
            json(changes, lasting);
        } else {
            print(changes, lasting);
        }
        long failed =
                changes.stream().filter(change -> change.problem() != null).count();
        return failed == 0 ? ExitCode.DONE : failed < changes.size() ? ExitCode.PARTLY_DONE : ExitCode.FAILED;
    }

    /** Of what was named alone: roots are left out. */
    private static List<MountLook> named(int count, MountsInQuestion mounts) {
        List<Long> devices = MountSelection.of(mounts.folders().subList(0, count), mounts.mounts()).stream()
                .map(Mount::device)
                .toList();
        return mounts.looks().stream()
                .filter(look -> devices.contains(look.mount().device()))
                .toList();
    }

    private void print(List<Change> changes, List<String> lasting) {
        if (changes.isEmpty()) {
            invocation
                    .out()
                    .println("nothing to set: no " + (fix == Fix.READ_AHEAD ? "network or FUSE" : "FUSE")
                            + " mount under these folders");
            return;
        }
        TextTable table = new TextTable("MOUNT", "SETTING", ">BEFORE", dryRun ? ">WOULD BE" : ">AFTER", "");
        for (Change change : changes) {
            table.row(
                    Invocation.show(change.mount()),
                    change.setting(),
                    change.before() < 0 ? "unknown" : Long.toString(change.before()),
                    change.after() < 0 ? "unknown" : Long.toString(change.after()),
                    change.problem() != null
                            ? Line.of(change.problem())
                            : change.isChanged() ? "" : "as it was: enough");
        }
        table.print(invocation.out());
        if (!lasting.isEmpty()) {
            invocation.out().println("Until it is mounted anew. To make it last:");
            lasting.forEach(line -> invocation.out().println("  " + Line.of(line)));
        }
        invocation.out().flush();
    }

    private void json(List<Change> changes, List<String> lasting) {
        JsonOutput.write(
                invocation.out(),
                json -> json.text("fix", fix.label())
                        .flag("dryRun", dryRun)
                        .array(
                                "changes",
                                changes,
                                change -> json.text("mount", PathText.of(change.mount()))
                                        .text("setting", change.setting())
                                        .text(
                                                "file",
                                                change.file() == null
                                                        ? null
                                                        : change.file().toString())
                                        .bytesOrNull("before", change.before())
                                        .bytesOrNull("after", change.after())
                                        .flag("changed", change.isChanged())
                                        .text("problem", change.problem()))
                        .array("lasting", lasting, line -> json.text("line", line)));
    }
}
