package dev.nowake.agent.cli;

import dev.nowake.agent.report.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;

/** Where a page goes. Appears whole or not at all, and takes the place of an earlier report only, unless it is forced. */
final class ReportFile {
    private final Path path;
    private final boolean force;

    ReportFile(Path path, boolean force) {
        this.path = path;
        this.force = force;
    }

    String name() {
        return Invocation.show(path);
    }

    /** Before the work, so that it is not done in vain. */
    void check() throws CliException {
        if (isForeignLink()) {
            throw CliException.usage(
                    name() + " is a link that another user made; name the file itself, or write elsewhere");
        }
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path)) {
            throw CliException.usage(name() + " is a folder; name a file in it: --out " + name() + "/report.html");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliException.usage(name() + ": there is no such folder; make it, or write elsewhere");
        }
        if (Files.exists(path) && !force && !mayBeReplaced()) {
            throw CliException.usage(name() + " is there and is no report of nowake; --force overwrites it");
        }
    }

    /** In a folder such as /tmp anybody may have put one there, to a file that is not his to write. */
    private boolean isForeignLink() {
        try {
            if (!Files.isSymbolicLink(path)) {
                return false;
            }
            int uid = (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int own = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return uid != 0 && uid != own;
        } catch (IOException gone) {
            return false;
        }
    }

    private boolean mayBeReplaced() {
        byte[] beginning = Page.BEGINNING.getBytes(StandardCharsets.UTF_8);
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] found = in.readNBytes(beginning.length);
            return found.length == 0 || Arrays.equals(found, beginning);
        } catch (IOException unreadable) {
            return false;
        }
    }

    void write(String page) throws CliException {
        Path target = path;
        Path written = null;
        try {
            if (Files.isSymbolicLink(path)) {
                target = path.toRealPath();
            }
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                Files.writeString(target, page); // a pipe, or a device
                return;
            }
            written = target.resolveSibling(".nowake-report-" + UUID.randomUUID() + ".html");
            Files.writeString(written, page, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            delete(written);
            throw CliException.of(path, failed);
        }
    }

    private static void delete(Path written) {
        try {
            if (written != null) {
                Files.deleteIfExists(written);
            }
        } catch (IOException gone) {
            return; // what is said is why it could not be written
        }
    }
}
