package dev.nowake.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code evict --tier disk}: has the running daemon evict mirrored models, and says what stayed. */
final class DiskEvictRun {
    private final Invocation invocation;

    DiskEvictRun(Invocation invocation) {
        this.invocation = invocation;
    }

    /** What became of one model. */
    private record Done(String model, long evictedBytes, String stayed) {}

    int run(List<String> targets) throws CliException {
        List<Done> done = new ArrayList<>();
        CliException firstFailure = null;
        for (String target : targets) {
            try {
                evict(target, done);
            } catch (CliException failed) {
                if (failed.code().equals("no_daemon") || failed.code().equals("not_permitted")) {
                    throw failed; // the others would fare no better
                }
                firstFailure = firstFailure == null ? failed : firstFailure;
            }
        }
        boolean nothingGone = done.stream().allMatch(each -> each.stayed() != null);
        if (firstFailure != null && nothingGone) {
            throw firstFailure;
        }
        if (nothingGone) {
            Done first = done.getFirst();
            throw new CliException(
                    ExitCode.FAILED,
                    "stayed",
                    first.model() + " stays on the disk: it is " + advice(first.stayed())
                            + (done.size() > 1 ? " (and " + (done.size() - 1) + " more models)" : ""));
        }
        if (firstFailure != null) {
            invocation.warn(firstFailure.getMessage());
        }
        print(done);
        boolean all = firstFailure == null && done.stream().allMatch(each -> each.stayed() == null);
        return all ? ExitCode.DONE : ExitCode.PARTLY_DONE;
    }

    private static String advice(String stayed) {
        return switch (stayed) {
            case "open" -> "open; try again when nobody has it open or mapped";
            case "kept" -> "kept; 'nowake unkeep' lets it go";
            case "being loaded" -> "being loaded; try again when that is over";
            default -> stayed;
        };
    }

    private void evict(String target, List<Done> done) throws CliException {
        JsonNode answer = new Told(invocation, "evict-disk").about(target).ask();
        while (!answer.path("done").asBoolean(true)) {
            answer = DaemonCall.ask(
                    invocation,
                    Map.of("verb", "evict-disk", "number", answer.path("number").asLong()));
        }
        for (JsonNode model : answer.path("models")) {
            done.add(new Done(
                    model.path("model").asString(""),
                    model.path("evictedBytes").asLong(),
                    model.path("stayed").isString() ? model.path("stayed").stringValue() : null));
        }
    }

    private void print(List<Done> done) {
        long bytes = done.stream().mapToLong(Done::evictedBytes).sum();
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.number("evictedBytes", bytes).array("models", done, each -> {
                        json.text("model", each.model()).number("evictedBytes", each.evictedBytes());
                        if (each.stayed() != null) {
                            json.text("stayed", each.stayed());
                        }
                    }));
            return;
        }
        invocation.out().println("evicted " + Sizes.of(bytes) + " from disk");
        TextTable table = new TextTable(">EVICTED", "MODEL", "STAYED");
        done.forEach(each -> table.row(
                Sizes.of(each.evictedBytes()),
                Line.of(each.model()),
                each.stayed() == null ? "-" : Line.of(each.stayed())));
        table.print(invocation.out());
        invocation.out().flush();
    }
}
