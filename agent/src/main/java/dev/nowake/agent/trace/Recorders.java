package dev.nowake.agent.trace;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Chooses how to record. */
public final class Recorders {
    private Recorders() {}

    /**
     * The best recorder this host allows for these files, which is told to {@code warn} where it is not the best there is.
     * Instances that killed recordings left are removed first.
     *
     * @throws IOException a file cannot be looked at, or, with EPERM, its residency is not for this user to know
     */
    public static Recorder open(Kernel kernel, List<Path> files, Recorder.Scope scope, Consumer<String> warn)
            throws IOException {
        MountInfo mounts = MountInfo.read();
        List<TraceTarget> targets = new ArrayList<>();
        for (Path file : files) {
            targets.add(TraceTarget.of(file, kernel.files(), mounts));
        }
        Optional<Tracefs> tracefs = Tracefs.find(mounts);
        String why = "tracefs is not mounted or not ours to read (as root: mount -t tracefs nodev /sys/kernel/tracing)";
        if (tracefs.isPresent()) {
            tracefs.get().removeStale();
            try {
                return new TracefsRecorder(tracefs.get(), targets, scope);
            } catch (IOException e) {
                why = "the kernel's events cannot be had (" + e.getMessage() + ")";
            }
        }
        warn.accept(why + ": recording page cache residency instead, which misses pages that are there already");
        return new ResidencyRecorder(kernel, targets, scope);
    }
}
