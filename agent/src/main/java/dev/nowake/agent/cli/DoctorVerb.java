package dev.nowake.agent.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What this host can do and what it cannot, and what nowake does instead. */
@Command(name = "doctor", description = "Checks what this host offers and says what is missing and what that costs.")
final class DoctorVerb implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", arity = "0..*", description = "Folders whose filesystems to look at.")
    private List<String> paths = List.of();

    private final Invocation invocation;

    /** {@code ok}: nothing to do about it. */
    record Check(String name, boolean ok, String detail) {}

    DoctorVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        List<Check> checks = new ArrayList<>();
        checks.addAll(KernelChecks.of(invocation.kernel()));
        checks.addAll(HostChecks.host());
        checks.addAll(CgroupChecks.of(Path.of("/"), invocation.socket()));
        for (String path : paths) {
            checks.add(HostChecks.mount(invocation.kernel(), RawArguments.path(path)));
        }
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.array(
                            "checks",
                            checks,
                            check -> json.text("name", check.name())
                                    .flag("ok", check.ok())
                                    .text("detail", check.detail())));
        } else {
            print(checks);
        }
        return ExitCode.DONE;
    }

    private void print(List<Check> checks) {
        TextTable table = new TextTable("", "CHECK", "DETAIL");
        checks.forEach(check -> table.row(check.ok() ? "ok" : "--", check.name(), Line.of(check.detail())));
        table.print(invocation.out());
    }
}
