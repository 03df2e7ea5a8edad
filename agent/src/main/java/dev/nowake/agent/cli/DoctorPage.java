package dev.nowake.agent.cli;

import dev.nowake.agent.advice.Finding;
import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.agent.identify.PathText;
import java.util.List;

/** What doctor says: a table of checks, then each finding with its cure. */
final class DoctorPage {
    private final Invocation invocation;

    DoctorPage(Invocation invocation) {
        this.invocation = invocation;
    }

    void print(List<Check> checks, List<Finding> findings) {
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.array(
                                    "checks",
                                    checks,
                                    check -> json.text("name", check.name())
                                            .flag("ok", check.ok())
                                            .text("detail", check.detail()))
                            .array(
                                    "findings",
                                    findings,
                                    finding -> json.text("id", finding.id().label())
                                            .text("mount", mount(finding))
                                            .text("figure", finding.figure())
                                            .text("effect", finding.effect())
                                            .text("command", finding.command())));
            return;
        }
        TextTable table = new TextTable("", "CHECK", "DETAIL");
        checks.forEach(check -> table.row(check.ok() ? "ok" : "--", Line.of(check.name()), Line.of(check.detail())));
        table.print(invocation.out());
        findings.forEach(this::print);
        invocation.out().flush();
    }

    private void print(Finding finding) {
        String where = finding.mount() == null ? "" : ", " + Invocation.show(finding.mount());
        invocation.out().println();
        invocation.out().println(finding.id().label() + where + ": " + Line.of(finding.figure()));
        invocation.out().println("  effect  " + Line.of(finding.effect()));
        invocation.out().println("  cure    " + Line.of(finding.command()));
    }

    /** Null for the host. */
    private static String mount(Finding finding) {
        return finding.mount() == null ? null : PathText.of(finding.mount());
    }
}
