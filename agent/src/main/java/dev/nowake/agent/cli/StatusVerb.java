package dev.nowake.agent.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** What a running daemon does now and did lately. */
@Command(
        name = "status",
        description = "Asks the running daemon what it watches, what loads are under way, what it counted.")
final class StatusVerb implements Callable<Integer> {
    private final Invocation invocation;

    StatusVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        JsonNode status = DaemonCall.ask(invocation, Map.of("verb", "status"));
        if (invocation.json()) {
            invocation.out().println(status);
        } else {
            print(status);
        }
        return ExitCode.DONE;
    }

    private void limitedReaders(JsonNode loads) {
        for (JsonNode load : loads) {
            for (JsonNode group : load.path("readerCgroups")) {
                if (CgroupText.hasLimit(group)) {
                    invocation
                            .out()
                            .printf(
                                    "%s is read from cgroup %s: %s%n",
                                    Line.of(load.path("model").asString()),
                                    CgroupText.reader(group),
                                    CgroupText.charging(group));
                }
            }
        }
    }

    private static TextTable mounts(JsonNode mounts) {
        TextTable table = new TextTable("MOUNT", "TYPE", ">BUDGET", ">IN FLIGHT", ">LATENCY", "FENCED");
        for (JsonNode mount : mounts) {
            JsonNode latency = mount.path("latencyMillis");
            JsonNode fenced = mount.path("fencedSeconds");
            table.row(
                    Line.of(mount.path("path").asString(mount.path("device").asString())),
                    Line.of(mount.path("fsType").asString()),
                    Sizes.of(mount.path("budgetBytes").asLong()),
                    Sizes.of(mount.path("inFlightBytes").asLong()),
                    latency.isNumber() ? Sizes.digits(latency.asDouble()) + " ms" : "-",
                    fenced.isNumber() ? "for " + Math.round(fenced.asDouble()) + " s" : "-");
        }
        return table;
    }

    private void print(JsonNode status) {
        JsonNode governor = status.path("governor");
        invocation
                .out()
                .printf(
                        "%s, up %.0f s, pid %d, %s in flight%n",
                        status.path("mode").asString(),
                        status.path("uptimeSeconds").asDouble(),
                        status.path("pid").asLong(),
                        Sizes.of(governor.path("inFlightBytes").asLong()));
        invocation
                .out()
                .printf(
                        "room %s beyond a margin of %s, %s%s%s%n",
                        Sizes.of(Math.max(0, governor.path("roomBytes").asLong())),
                        Sizes.of(governor.path("marginBytes").asLong()),
                        governor.path("pages").asString().equals("single") ? "single pages" : "large folios",
                        governor.path("unrest").asBoolean() ? ", the kernel reclaims" : "",
                        governor.path("shortage").isNull()
                                ? ""
                                : ", waiting: " + governor.path("shortage").asString());
        invocation.out().println("cgroup " + CgroupText.own(status.path("cgroup")));
        SwitchText.print(status.path("switches"), invocation.out());
        if (status.path("controlProblem").isString()) {
            invocation.out().println(Line.of(status.path("controlProblem").asString()));
        }
        TextTable roots = new TextTable("ROOT", "MODE", "POLICY");
        for (JsonNode root : status.path("roots")) {
            roots.row(
                    Line.of(root.path("path").asString()),
                    root.path("mode").asString(),
                    root.path("policy").asString());
        }
        roots.print(invocation.out());
        PolicyTable.print(status.path("policies"), invocation.out());
        TextTable loads = new TextTable(
                "LOAD", "STATE", ">READERS", ">SHARDS", ">SIZE", "NODE", ">PREFETCHED", ">EVICTED", ">RESIDENT");
        for (JsonNode load : status.path("loads")) {
            loads.row(
                    Line.of(load.path("model").asString()),
                    load.path("state").asString(),
                    Integer.toString(load.path("readers").size()),
                    load.path("shardsOpened").asString() + "/"
                            + load.path("shards").asString(),
                    Sizes.of(load.path("sizeBytes").asLong()),
                    NodeText.of(load),
                    Sizes.of(load.path("prefetchedBytes").asLong()),
                    Sizes.of(load.path("evictedBytes").asLong()),
                    load.path("residentBytes").isNull()
                            ? "unknown"
                            : Sizes.of(load.path("residentBytes").asLong()));
        }
        loads.print(invocation.out());
        limitedReaders(status.path("loads"));
        mounts(status.path("mounts")).print(invocation.out());
        MirrorTable.print(status.path("mirrors"), invocation.out());
        TextTable counters = new TextTable("COUNTER", ">VALUE");
        status.path("counters").properties().forEach(entry -> {
            if (entry.getValue().asLong() != 0) {
                counters.row(entry.getKey(), entry.getValue().asString());
            }
        });
        counters.print(invocation.out());
    }
}
