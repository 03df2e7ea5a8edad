package dev.nowake.agent.mirror.store;

import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/**
 * What lstat(2) says of a name.
 *
 * @param mtimeNanos since 1970, wrapped where 64 bits cannot hold it, as {@link dev.nowake.kernel.FileStatus} has it
 * @param mode permission bits
 */
record UnixFacts(Kind kind, FileId id, long sizeBytes, long mtimeNanos, int uid, int gid, int mode) {
    enum Kind {
        FILE,
        FOLDER,
        LINK,
        OTHER
    }

    private static final String WANTED = "unix:dev,ino,size,lastModifiedTime,uid,gid,mode";
    private static final int TYPE_MASK = 0xF000;
    private static final int FOLDER_TYPE = 0x4000;
    private static final int FILE_TYPE = 0x8000;
    private static final int LINK_TYPE = 0xA000;

    /** Does not follow a link. */
    static UnixFacts of(Path path) throws IOException {
        return of(Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS));
    }

    /** Follows links. */
    static UnixFacts ofTarget(Path path) throws IOException {
        return of(Files.readAttributes(path, WANTED));
    }

    /** Null where nothing has this name. */
    static UnixFacts ofNullable(Path path) throws IOException {
        try {
            return of(path);
        } catch (NoSuchFileException nothing) {
            return null;
        }
    }

    private static UnixFacts of(Map<String, Object> all) {
        int mode = (Integer) all.get("mode");
        int type = mode & TYPE_MASK;
        Kind kind = type == FILE_TYPE
                ? Kind.FILE
                : type == FOLDER_TYPE ? Kind.FOLDER : type == LINK_TYPE ? Kind.LINK : Kind.OTHER;
        Instant modified = ((FileTime) all.get("lastModifiedTime")).toInstant();
        return new UnixFacts(
                kind,
                new FileId((Long) all.get("dev"), (Long) all.get("ino")),
                (Long) all.get("size"),
                modified.getEpochSecond() * 1_000_000_000L + modified.getNano(),
                (Integer) all.get("uid"),
                (Integer) all.get("gid"),
                mode & 07777);
    }

    boolean isFile() {
        return kind == Kind.FILE;
    }

    boolean isFolder() {
        return kind == Kind.FOLDER;
    }

    boolean isLink() {
        return kind == Kind.LINK;
    }
}
