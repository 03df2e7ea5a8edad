package dev.nowake.agent.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import jdk.net.UnixDomainPrincipal;

/**
 * Who may talk to the daemon, and who may tell it what to do. The kernel decides who may connect, by the socket's owner and
 * group, which knows the groups a process was started with; who changes something is looked at by name, in /etc/group and
 * /etc/passwd as they are then. Any thread.
 */
public final class Access {
    /** Root and the daemon's own user. */
    public static final Access OWNER_ALONE = new Access(null, null, Path.of("/"));

    private static final Set<String> ROOT_NAMES = Set.of("root", "0");

    private final String group;
    private final String admins;
    private final Path root;
    private final GroupPrincipal socketGroup;
    private final String problem;

    /**
     * @param group whose members may connect; null: the admins'
     * @param admins whose members may change something, if there is such a group; null for nobody
     * @param root where /etc is found
     */
    public Access(String group, String admins, Path root) {
        this.admins = admins;
        this.root = root;
        this.group = group == null ? admins : group;
        GroupPrincipal found = null;
        String wrong = null;
        if (this.group != null) {
            try {
                found = FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(this.group);
            } catch (UserPrincipalNotFoundException unknown) {
                wrong = "no group '" + this.group + "' here: root alone may talk to the daemon; make it (groupadd "
                        + this.group + "), or name another under 'control' in the configuration";
            } catch (IOException failed) {
                wrong = "group '" + this.group + "' cannot be looked up (" + failed.getMessage()
                        + "): root alone may talk to the daemon";
            }
        }
        this.socketGroup = found;
        this.problem = wrong;
    }

    /** One line where the configuration names a group that is not there; null for nothing. */
    public String problem() {
        return problem;
    }

    /** Null where the socket is its owner's alone. */
    GroupPrincipal socketGroup() {
        return socketGroup;
    }

    /** What to be, to be allowed to change something. */
    String whoMayChange() {
        return admins == null ? "root" : "root or a member of group " + admins;
    }

    boolean mayChange(UnixDomainPrincipal peer) {
        String user = peer.user().getName();
        return ROOT_NAMES.contains(user)
                || user.equals(System.getProperty("user.name"))
                || admins != null && isMember(user, peer.group().getName());
    }

    private boolean isMember(String user, String primaryGroup) {
        if (primaryGroup.equals(admins)) {
            return true;
        }
        for (String[] entry : entries("etc/group", 4)) {
            if (entry[0].equals(admins)) {
                return Arrays.asList(entry[3].split(",")).contains(user) || isPrimary(user, entry[2]);
            }
        }
        return false;
    }

    private boolean isPrimary(String user, String gid) {
        return entries("etc/passwd", 5).stream().anyMatch(entry -> entry[0].equals(user) && entry[3].equals(gid));
    }

    private List<String[]> entries(String file, int fields) {
        try {
            return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1).stream()
                    .map(line -> line.split(":", -1))
                    .filter(entry -> entry.length >= fields)
                    .toList();
        } catch (IOException unreadable) {
            return List.of(); // nobody is a member
        }
    }
}
