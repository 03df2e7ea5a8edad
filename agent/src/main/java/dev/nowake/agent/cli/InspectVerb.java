package dev.nowake.agent.cli;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.KernelByteSource;
import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.Model;
import dev.nowake.model.format.FormatDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What models are made of. One model is one JSON object; several are {@code {"models":[...]}}, each like the one.
 */
@Command(name = "inspect", description = "Shows a model's format, its shards in load order and their tensors.")
final class InspectVerb implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Model files, or folders searched for them.")
    private List<String> paths;

    private final Invocation invocation;
    private boolean broken;
    private final List<String> problems = new ArrayList<>();
    private CliException unreadable;
    private int unreadableCount;

    /** {@code problem}: why the header could not be read, else null. */
    private record Part(Path path, int index, long sizeBytes, int tensors, String problem) {}

    private record Inspected(Model model, List<Part> parts) {}

    InspectVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        Kernel kernel = invocation.kernel();
        FileAccess quiet = new QuietFiles(kernel.files(), kernel.pageCache());
        List<Inspected> models = new ArrayList<>();
        for (FoundModel found : Targets.find(invocation, paths).models()) {
            List<Part> parts = new ArrayList<>();
            for (FoundFile file : found.files()) {
                parts.add(inspect(quiet, file));
            }
            models.add(new Inspected(found.model(), parts));
        }
        int shards = models.stream().mapToInt(model -> model.parts().size()).sum();
        if (unreadableCount == shards && unreadable != null) {
            throw unreadable.andMore(shards - 1);
        }
        invocation.warnAll(problems);
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), json -> {
                if (models.size() == 1) {
                    write(json, models.getFirst());
                } else {
                    json.array("models", models, model -> write(json, model));
                }
            });
        } else {
            models.forEach(this::print);
            invocation.out().flush();
        }
        return broken ? ExitCode.PARTLY_DONE : ExitCode.DONE;
    }

    private Part inspect(FileAccess quiet, FoundFile file) {
        long size = file.sizeBytes();
        int index = file.shard().index();
        try (OpenFile open = quiet.open(file.path())) {
            Layout layout = FormatDetector.read(
                    new KernelByteSource(quiet, open, ReadMode.NORMAL), PathText.nameOf(file.path()));
            return new Part(file.path(), index, size, layout.tensorCount(), null);
        } catch (IOException e) {
            CliException failure = CliException.of(file.path(), e);
            unreadable = unreadable == null ? failure : unreadable;
            unreadableCount++;
            return broken(file, size, failure.getMessage());
        } catch (HostileModelException e) {
            return broken(file, size, Invocation.show(file.path()) + ": " + e.getMessage());
        }
    }

    private Part broken(FoundFile file, long size, String problem) {
        broken = true;
        problems.add(problem);
        return new Part(file.path(), file.shard().index(), size, 0, problem);
    }

    private static void write(JsonOutput json, Inspected inspected) {
        Model model = inspected.model();
        json.text("format", model.format().label())
                .text("model", model.name())
                .number("sizeBytes", model.sizeBytes())
                .array("shards", inspected.parts(), part -> {
                    json.path(part.path())
                            .number("index", part.index())
                            .number("sizeBytes", part.sizeBytes())
                            .number("tensors", part.tensors());
                    if (part.problem() != null) {
                        json.text("problem", Line.of(part.problem()));
                    }
                });
    }

    private void print(Inspected inspected) {
        Model model = inspected.model();
        int shards = inspected.parts().size();
        invocation
                .out()
                .println(Line.of(model.name()) + ": " + model.format().label() + ", " + Sizes.of(model.sizeBytes())
                        + " in " + shards + (shards == 1 ? " shard" : " shards"));
        TextTable table = new TextTable(">#", ">SIZE", ">TENSORS", "FILE");
        for (Part part : inspected.parts()) {
            table.row(
                    Integer.toString(part.index()),
                    Sizes.of(part.sizeBytes()),
                    part.problem() == null ? Integer.toString(part.tensors()) : "?",
                    Invocation.show(part.path()));
        }
        table.print(invocation.out());
    }
}
