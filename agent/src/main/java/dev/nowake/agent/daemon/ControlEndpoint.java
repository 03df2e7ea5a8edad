package dev.nowake.agent.daemon;

import dev.nowake.agent.config.ControlSettings;
import dev.nowake.agent.control.Access;
import dev.nowake.agent.control.ControlServer;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.identify.FoundModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The control socket: who may ask there, and which station answers which verb. */
final class ControlEndpoint implements AutoCloseable {
    /** A lane that has not answered by then waits for a server; its last answer stands. */
    private static final long ANSWER_NANOS = 1_000_000_000L;

    private final Parts parts;
    private final PolicyRegistry policies;
    private final LaneSet lanes;
    private final Reloading reloading;
    private final Mirrors mirrors;
    private final MirrorDisks disks;
    private final Consumer<String> warnings;
    private final ControlServer server;
    private final long startedNanos = System.nanoTime();
    private volatile String problem;

    /**
     * Answers from now on.
     *
     * @param warnings told of rights that cannot be given as configured, one line each
     * @throws IOException with one line that says what to do: the socket is in use
     */
    ControlEndpoint(
            Path socket,
            Parts parts,
            PolicyRegistry policies,
            LaneSet lanes,
            Reloading reloading,
            Mirrors mirrors,
            MirrorDisks disks,
            Consumer<String> warnings)
            throws IOException {
        this.parts = parts;
        this.policies = policies;
        this.lanes = lanes;
        this.reloading = reloading;
        this.mirrors = mirrors;
        this.disks = disks;
        this.warnings = warnings;
        Access access = access(reloading.config().service().control());
        server = new ControlServer(socket, access, answers());
    }

    private Access access(ControlSettings rights) {
        Access access = new Access(rights.group(), rights.admins(), parts.procRoot());
        problem = access.problem();
        if (problem != null) {
            warnings.accept(problem);
        }
        return access;
    }

    /** Other rights from now on, for whoever connects. */
    void admit(ControlSettings rights) {
        Access access = access(rights);
        try {
            server.admit(access);
        } catch (IOException failed) {
            warnings.accept("the socket's group stays as it was: " + failed.getMessage());
        }
    }

    private Answers answers() {
        Answers answers = new SwitchAnswers(parts.switches(), reloading::config, this::models, parts.journal())
                .addTo(new Answers());
        return new DiskAnswers(disks)
                .addTo(answers)
                .add("status", request -> status())
                .add("mirror-files", request -> MirrorFilesAnswer.of(mirrors, request))
                .add("explain", request -> ExplainAnswer.of(lanes.all(), disks.all(), request))
                .change("reload", (request, by) -> reloading.answer(request))
                .add("policies", request -> Map.of("policies", policies.status()))
                .change("policy-enable", (request, by) -> {
                    String name = Answers.text(request, "name");
                    policies.enable(name);
                    return Map.of("enabled", name);
                });
    }

    private List<FoundModel> models() {
        List<FoundModel> models = new ArrayList<>();
        lanes.all().forEach(lane -> models.addAll(lane.foundModels()));
        return models;
    }

    private Map<String, Object> status() {
        Map<Lane, CompletableFuture<List<Object>>> asked = new LinkedHashMap<>();
        lanes.all().forEach(lane -> asked.put(lane, lane.loadsStatus().ask()));
        long deadline = System.nanoTime() + ANSWER_NANOS;
        List<Object> loads = new ArrayList<>();
        asked.forEach((lane, answer) -> loads.addAll(lane.loadsStatus().get(answer, deadline)));
        Map<String, Object> document = StatusDocument.of(reloading.config(), parts, startedNanos, loads, problem);
        long left = Math.max(0, deadline - System.nanoTime());
        document.put(
                "mirrors",
                mirrors.standings(left).stream().map(MirrorDocument::of).toList());
        document.put("reload", reloading.document());
        return document;
    }

    @Override
    public void close() {
        server.close();
    }
}
