package dev.nowake.agent.remote;

/**
 * A network mount as people have it.
 *
 * <p>{@code type}: as mountinfo names it; {@code keepsPages}: whether page cache outlives another open of the file, as it is mounted here.
 */
public enum RemoteKind {
    /** The project's own: as slow as one tells it to be. */
    SLOWFS("fuse.slowfs", true),
    /** sshfs over an sshd with keys of its own. */
    SSHFS("fuse.sshfs", false),
    /** rclone mount over WebDAV, which is HTTP with ranges, as object stores have it. */
    RCLONE_WEBDAV("fuse.rclone", false),
    /** rclone mount over SFTP. */
    RCLONE_SFTP("fuse.rclone", false),
    /** s3fs over an S3 server; what is served is uploaded first. */
    S3FS("fuse.s3fs", false);

    private final String type;
    private final boolean keepsPages;

    RemoteKind(String type, boolean keepsPages) {
        this.type = type;
        this.keepsPages = keepsPages;
    }

    public String type() {
        return type;
    }

    public boolean keepsPages() {
        return keepsPages;
    }
}
