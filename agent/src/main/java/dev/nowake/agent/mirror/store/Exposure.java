package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The two links by which loaders get to the tree: {@code local} to one in the run folder, that one to the tree. */
record Exposure(Places places) {
    private static final Set<PosixFilePermission> FOR_ALL = PosixFilePermissions.fromString("rwxr-xr-x");

    /** @throws IOException with one line where something that is not our link is at {@code local} */
    void check() throws IOException {
        Path local = places.local();
        if (!Files.exists(local, LinkOption.NOFOLLOW_LINKS) || isOurs()) {
            return;
        }
        throw new IOException(
                Files.isSymbolicLink(local)
                        ? local + " is a link to " + Files.readSymbolicLink(local)
                                + ", not nowake's: remove it, or give the mirror another 'local'"
                        : local
                                + " is there already: move it away, or give the mirror another 'local'; nowake makes it");
    }

    private boolean isOurs() throws IOException {
        return leadsTo(places.local(), places.run());
    }

    /** Sets what is not there. Returns whether there was anything to do. */
    boolean expose() throws IOException {
        check();
        Path folder = places.run().getParent();
        Files.createDirectories(folder);
        if (!Files.getPosixFilePermissions(folder).equals(FOR_ALL)) {
            Files.setPosixFilePermissions(folder, FOR_ALL); // the daemon's umask hides what it makes
        }
        boolean news = !leadsTo(places.run(), places.tree());
        if (news) {
            link(places.run(), places.tree());
        }
        if (!isOurs()) {
            link(places.local(), places.run());
            news = true;
        }
        return news;
    }

    private static boolean leadsTo(Path link, Path place) throws IOException {
        return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(place);
    }

    /** Replaces a link, or makes one. */
    private static void link(Path place, Path leadsTo) throws IOException {
        Path fresh = place.resolveSibling("." + place.getFileName() + ".nowake-link");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, leadsTo);
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Who has a file open keeps it. */
    void conceal() throws IOException {
        Files.deleteIfExists(places.run());
        if (isOurs()) {
            Files.delete(places.local());
        }
    }
}
