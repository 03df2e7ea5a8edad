package dev.nowake.agent.trust;

import dev.nowake.kernel.proc.ProcessOwner;
import dev.nowake.policy.PolicyFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whether a file may be run as code, or believed: whoever can change it, or put another in its place, gets this process's
 * rights. So the file and the folder it lies in must belong to root or to this process's user, and nobody else may write to either, unless
 * the filesystem is mounted for reading only. Where there are links, the file and folder they lead to count too.
 */
public final class FileTrust {
    private static final int GROUP_WRITE = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;
    private static final int ROOT = 0;

    private final int ownUid;

    public FileTrust(int ownUid) {
        this.ownUid = ownUid;
    }

    /** Of this process. Where /proc does not say who it is, root alone is trusted. */
    public static FileTrust ofThisProcess() {
        int pid = Math.toIntExact(ProcessHandle.current().pid());
        return new FileTrust(ProcessOwner.read(Path.of("/"), pid)
                .map(ProcessOwner::effectiveUid)
                .orElse(ROOT));
    }

    /**
     * Throws unless others are kept from changing the file.
     *
     * @throws PolicyFailure INVALID, one line that says what to do
     */
    public void require(Path file) {
        String distrust = distrust(file);
        if (distrust != null) {
            throw new PolicyFailure(PolicyFailure.Kind.INVALID, distrust);
        }
    }

    /** Why it may not be run, one line that says what to do; null where it may. */
    public String distrust(Path file) {
        try {
            String why = whyChangeable(file, false);
            return why == null ? null : file + ": not loaded: " + why;
        } catch (IOException gone) {
            return file + ": cannot be read (" + gone.getClass().getSimpleName() + ")";
        }
    }

    /**
     * Who could change it, and what to do; null where nobody can.
     *
     * @param named it was named by hand: a folder such as /tmp, where everybody may add files but not replace this one, will do
     */
    public String whyChangeable(Path file, boolean named) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path real = file.toRealPath();
        for (Path each : new Path[] {absolute.getParent(), real.getParent(), real}) {
            boolean sticky = named && !each.equals(real) && (mode(each) & STICKY) != 0;
            String why = sticky ? null : distrustOfOne(each, each.equals(absolute) ? "it" : each.toString());
            if (why != null) {
                return why;
            }
        }
        return null;
    }

    /** The same for what is yet to be made in this folder, named by hand. */
    public String whyChangeableIn(Path folder) throws IOException {
        for (Path each : new Path[] {folder.toAbsolutePath(), folder.toRealPath()}) {
            String why = (mode(each) & STICKY) != 0 ? null : distrustOfOne(each, each.toString());
            if (why != null) {
                return why;
            }
        }
        return null;
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode");
    }

    private String distrustOfOne(Path path, String shown) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:uid,mode");
        int uid = (Integer) attributes.get("uid");
        int mode = (Integer) attributes.get("mode");
        if (uid != ROOT && uid != ownUid) {
            return shown + " belongs to user " + Integer.toUnsignedString(uid) + ", who could change what runs as user "
                    + Integer.toUnsignedString(ownUid) + ": chown it to that user";
        }
        // what a user makes with the usual umask 002 is writable for a group that is the user alone
        boolean groupMay = (mode & GROUP_WRITE) != 0 && ownUid == ROOT;
        boolean othersMay = (mode & OTHERS_WRITE) != 0;
        if ((groupMay || othersMay) && !Files.getFileStore(path).isReadOnly()) { // as a ConfigMap's volume is
            String who = (mode & OTHERS_WRITE) != 0 ? "everybody" : "its group";
            return shown + " can be written to by " + who + ", who could change what runs as user "
                    + Integer.toUnsignedString(ownUid) + ": chmod go-w it";
        }
        return null;
    }
}
