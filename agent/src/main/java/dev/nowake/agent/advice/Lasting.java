package dev.nowake.agent.advice;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How what was set is set again at the next mount. Lines for people, commands behind a colon. */
public final class Lasting {
    private static final long KIB = ReadAheadAdvice.WANTED_BYTES / 1024;

    private Lasting() {}

    /** For the kinds of the mounts in question. */
    public static List<String> of(Fix fix, List<MountLook> looks) {
        Set<FsKind> kinds = EnumSet.noneOf(FsKind.class);
        looks.forEach(look -> kinds.add(look.kind()));
        List<String> lines = new ArrayList<>();
        if (fix == Fix.MAX_BACKGROUND) {
            if (kinds.contains(FsKind.FUSE)) {
                lines.add("FUSE: -o max_background=" + FuseAdvice.WANTED_BACKGROUND + ",congestion_threshold="
                        + FuseAdvice.WANTED_CONGESTION + " where the server takes libfuse's options; else "
                        + after(Fix.MAX_BACKGROUND));
            }
            return lines;
        }
        if (kinds.contains(FsKind.NFS)) {
            lines.add("NFS: default=" + KIB + " below [nfsrahead] in /etc/nfs.conf (nfs-utils 2.6.2), or " + rule());
        }
        if (kinds.contains(FsKind.FUSE)) {
            lines.add("FUSE: " + after(Fix.READ_AHEAD)
                    + " (a udev rule may come before the server's answer, which undoes it)");
        }
        if (kinds.contains(FsKind.VIRTIOFS)) {
            lines.add("virtiofs: " + after(Fix.READ_AHEAD));
        }
        if (kinds.contains(FsKind.SMB)) {
            lines.add("SMB: rasize=" + ReadAheadAdvice.WANTED_BYTES + " among its options (Linux 5.13)");
        }
        if (kinds.contains(FsKind.CEPH)) {
            lines.add("Ceph: rasize=" + ReadAheadAdvice.WANTED_BYTES + " among its options");
        }
        if (kinds.contains(FsKind.PLAN9)) {
            lines.add("9p: " + after(Fix.READ_AHEAD));
        }
        return lines;
    }

    private static String rule() {
        return "in /etc/udev/rules.d/90-nowake-read-ahead.rules: SUBSYSTEM==\"bdi\", ACTION==\"add\", KERNEL==\"0:*\", "
                + "ATTR{read_ahead_kb}=\"" + KIB + "\"";
    }

    private static String after(Fix fix) {
        return "run this again after each mount, for example ExecStartPost=/usr/bin/nowake doctor --fix " + fix.label()
                + " DIR in the unit that mounts it";
    }
}
