package dev.nowake.agent.mirror.store;

import dev.nowake.agent.trust.FileTrust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/** Makes a store's folders, and refuses where they could be changed behind the daemon's back. */
record StoreFolders(Places places) {
    private static final String PROBE = "nowake.probe";

    /** strerror(EROFS). */
    private static final String READ_ONLY = "Read-only file system";

    /** @throws IOException with one line that says what to do */
    void make() throws IOException {
        Path parent = places.base().getParent();
        if (!Files.isDirectory(parent)) {
            throw new IOException(parent + " is no folder: make it, or give the mirror another 'local'");
        }
        folder(places.base(), "rwx--x--x");
        String why = FileTrust.ofThisProcess().whyChangeable(places.base(), true);
        if (why != null) {
            throw new IOException(places.base() + " could be replaced by others: " + why);
        }
        if (!Files.exists(places.tree())) {
            folder(places.tree(), "rwxr-xr-x"); // then it is as the remote folder is
        }
        folder(places.fresh(), "rwx------");
        folder(places.parked(), "rwx------");
        folder(places.open(), "rwx------");
        folder(places.aside(), "rwx------");
        if (!Files.getFileStore(places.tree()).equals(Files.getFileStore(places.fresh()))) {
            throw new IOException(places.tree() + " is on another disk than " + places.base() + ": unmount it");
        }
        probe();
    }

    private static void folder(Path folder, String rights) throws IOException {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder);
            }
            if (!folder.getFileName().toString().equals("tree")) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(rights));
            }
        } catch (FileSystemException refused) {
            String why = RemoteFiles.reason(refused);
            throw new IOException(folder + " cannot be made: " + why
                    + (why.equals(READ_ONLY)
                            ? "; where the service's unit makes it so, add ReadWritePaths= to it"
                            : ""));
        }
    }

    /** Records are attributes. */
    private void probe() throws IOException {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(places.fresh(), UserDefinedFileAttributeView.class);
        try {
            view.write(PROBE, ByteBuffer.wrap(new byte[TwinRecord.FEW_BYTES]));
            view.delete(PROBE);
        } catch (IOException refused) {
            throw new IOException(places.base() + ": its filesystem ("
                    + Files.getFileStore(places.base()).type()
                    + ") keeps no extended attributes: give the mirror a 'local' on ext4, xfs or btrfs");
        }
    }
}
