package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.Mount;

/** What to type for options that take a new mount. */
final class Remount {
    private Remount() {}

    /** Where the options stand (fstab, a mount unit, a volume) only its user knows. */
    static String with(Mount mount, String options) {
        String point = ShellWord.of(mount.mountPoint());
        return "add " + options + " to its options (/etc/fstab, its .mount unit or volume), then: umount " + point
                + " && mount " + point;
    }

    /** The same for a mount that a program of its own makes. */
    static String server(String options) {
        return "start its server with " + options + " and mount again";
    }
}
