package dev.nowake.kernel.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes that serve FUSE mounts: those that have {@code /dev/fuse} open.
 *
 * @param complete false where some processes could not be looked into
 */
public record FuseServers(List<Server> servers, boolean complete) {
    /**
     * One process and one connection of its.
     *
     * @param connection as {@link FuseConnection#number} has it; -1 where the kernel does not tell (older than about 6.16)
     * @param arguments its command line; empty where it cannot be read
     */
    public record Server(int pid, long connection, List<String> arguments) {
        public Server {
            arguments = List.copyOf(arguments);
        }
    }

    public FuseServers {
        servers = List.copyOf(servers);
    }

    /**
     * Reads names of links and a few files of /proc alone: it asks no filesystem. A process that is stuck with its address
     * space locked may hold up the reading of its command line; a signal that ends the caller ends that wait.
     */
    public static FuseServers read(Path root) {
        List<Server> servers = new ArrayList<>();
        boolean complete = true;
        for (int pid : ProcessInfo.pids(root)) {
            Path folder = root.resolve("proc/" + pid + "/fd");
            String[] names = folder.toFile().list();
            if (names == null) {
                complete &= !folder.getParent().toFile().exists();
                continue;
            }
            for (String name : names) {
                int fd = ProcFile.smallNumber(name);
                if (fd >= 0 && isFuse(folder.resolve(name))) {
                    servers.add(new Server(pid, connection(root, pid, fd), ProcessCommand.read(root, pid)));
                    break;
                }
            }
        }
        return new FuseServers(servers, complete);
    }

    /** Those of one mount, ascending; one that was handed the connection by another stands beside it. Empty where unknown. */
    public List<Server> of(Mount mount) {
        boolean told = servers.stream().anyMatch(server -> server.connection() >= 0);
        if (told) {
            long number = FuseConnection.number(mount.device());
            return servers.stream()
                    .filter(server -> server.connection() == number)
                    .toList();
        }
        String point = mount.mountPoint().toString();
        return servers.stream().filter(server -> names(server, point)).toList();
    }

    private static boolean names(Server server, String mountPoint) {
        return server.arguments().stream()
                .anyMatch(argument -> argument.equals(mountPoint) || argument.equals(mountPoint + "/"));
    }

    private static boolean isFuse(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().equals("/dev/fuse");
        } catch (IOException | UnsupportedOperationException gone) {
            return false;
        }
    }

    private static long connection(Path root, int pid, int fd) {
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/fdinfo/" + fd))) {
            if (line.startsWith("fuse_connection:")) {
                return ProcFile.number(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return -1;
    }
}
