package dev.nowake.agent.advice;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Raises what is too low, and leaves what is enough. Doing it twice changes nothing the second time. */
public final class Fixing {
    private static final long KIB = 1024;

    private Fixing() {}

    /** What would be set, in the order of the mounts. */
    public static List<Change> plan(Fix fix, List<MountLook> looks) {
        List<Change> changes = new ArrayList<>();
        for (MountLook look : looks) {
            if (fix == Fix.READ_AHEAD) {
                changes.add(readAhead(look));
            } else if (look.kind() == FsKind.FUSE) {
                changes.addAll(background(look));
            }
        }
        return changes;
    }

    private static Change readAhead(MountLook look) {
        if (look.readAhead() == null) {
            return unknown(
                    look,
                    "read_ahead_kb",
                    "the kernel does not tell which backing device is its: use the mount's own option");
        }
        return raise(
                look.mount().mountPoint(),
                look.readAhead().file(),
                look.readAheadBytes() / KIB,
                ReadAheadAdvice.WANTED_BYTES / KIB);
    }

    private static List<Change> background(MountLook look) {
        if (look.connection() == null) {
            return List.of(unknown(
                    look,
                    "max_background",
                    "its connection is not listed: mount -t fusectl fusectl /sys/fs/fuse/connections, then again"));
        }
        Path folder = look.connection().folder();
        Path point = look.mount().mountPoint();
        return List.of(
                raise(
                        point,
                        folder.resolve("max_background"),
                        look.connection().maxBackground(),
                        FuseAdvice.WANTED_BACKGROUND),
                raise(
                        point,
                        folder.resolve("congestion_threshold"),
                        look.connection().congestionThreshold(),
                        FuseAdvice.WANTED_CONGESTION));
    }

    private static Change unknown(MountLook look, String setting, String why) {
        return new Change(look.mount().mountPoint(), setting, null, -1, -1, why);
    }

    private static Change raise(Path mount, Path file, long before, long wanted) {
        String name = file.getFileName().toString();
        return before < 0
                ? new Change(mount, name, file, -1, -1, "it cannot be read")
                : new Change(mount, name, file, before, Math.max(before, wanted), null);
    }

    /** Does it, and looks what the file says then. A change that needs nothing, or cannot be done, comes back as it is. */
    public static Change apply(Change change) {
        if (!change.isChanged()) {
            return change;
        }
        // not Files.write: sysfs takes a value in one write(2) and neither knows nor needs a new file
        try (FileOutputStream out = new FileOutputStream(change.file().toFile())) {
            out.write((change.after() + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException denied) {
            return change.failed(reason(denied));
        }
        byte[] now = new byte[64];
        try (FileInputStream in = new FileInputStream(change.file().toFile())) {
            int length = in.read(now); // not readNBytes, which seeks: fusectl refuses that
            return change.ended(
                    Long.parseLong(new String(now, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip()));
        } catch (IOException | NumberFormatException unreadable) {
            return change.failed("it cannot be read again");
        }
    }

    private static String reason(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("Permission denied")) {
            return "permission denied";
        }
        return message.contains("Read-only")
                ? "/sys is read-only here: run it on the host"
                : "cannot be written: " + message;
    }
}
