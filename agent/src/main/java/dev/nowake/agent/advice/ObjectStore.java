package dev.nowake.agent.advice;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Programs that mount object stores, and how each is told to keep what it reads on a local disk. */
enum ObjectStore {
    RCLONE(
            Set.of("rclone", "rclonefs", "mount.rclone"),
            "--vfs-cache-mode full",
            "--vfs-cache-mode full --cache-dir DIR --vfs-cache-max-size SIZE",
            options -> options.value("vfs-cache-mode").orElse("").equalsIgnoreCase("full") ? Cache.KEPT : Cache.NONE),
    S3FS(
            Set.of("s3fs"),
            "use_cache",
            "-o use_cache=DIR -o ensure_diskfree=MB",
            options -> options.value("use_cache").orElse("").isEmpty() ? Cache.NONE : Cache.KEPT),
    GCSFUSE(
            Set.of("gcsfuse"),
            "--cache-dir",
            "--cache-dir=DIR --file-cache-max-size-mb=-1",
            options -> options.has("cache-dir")
                    ? options.value("file-cache-max-size-mb").orElse("").equals("0") ? Cache.NONE : Cache.KEPT
                    : options.has("config-file") ? Cache.UNKNOWN : Cache.NONE),
    GOOFYS(Set.of("goofys"), "--cache", "--cache DIR", options -> options.has("cache") ? Cache.KEPT : Cache.NONE),
    GEESEFS(Set.of("geesefs"), "--cache", "--cache DIR", options -> options.has("cache") ? Cache.KEPT : Cache.NONE),
    MOUNTPOINT_S3(
            Set.of("mount-s3", "mountpoint-s3"),
            "--cache",
            "--cache DIR --max-cache-size MIB",
            options -> options.has("cache") || options.has("cache-xz") ? Cache.KEPT : Cache.NONE),
    /** Has a cache on disk unless it is told otherwise. */
    JUICEFS(
            Set.of("juicefs", "mount.juicefs"),
            "--cache-dir on a disk",
            "--cache-dir DIR --cache-size MIB",
            options -> options.value("cache-dir").orElse("").equals("memory")
                            || options.value("cache-size").orElse("").equals("0")
                    ? Cache.NONE
                    : Cache.KEPT),
    /** What it does otherwise stands in a file of its own. */
    BLOBFUSE2(
            Set.of("blobfuse2"),
            "--block-cache-path",
            "--block-cache --block-cache-path=DIR",
            options -> options.has("block-cache") && !options.has("config-file") && !options.has("block-cache-path")
                    ? Cache.NONE
                    : Cache.UNKNOWN);

    /** Whether what was read is kept on a local disk. */
    enum Cache {
        KEPT,
        NONE,
        UNKNOWN
    }

    private final Set<String> programs;
    private final String lacking;
    private final String cure;
    private final Function<ServerOptions, Cache> cache;

    ObjectStore(Set<String> programs, String lacking, String cure, Function<ServerOptions, Cache> cache) {
        this.programs = programs;
        this.lacking = lacking;
        this.cure = cure;
        this.cache = cache;
    }

    /** By the program that serves the mount. */
    static Optional<ObjectStore> of(ServerOptions options) {
        return Arrays.stream(values())
                .filter(store -> store.programs.contains(options.program()))
                .findFirst();
    }

    Cache cache(ServerOptions options) {
        return cache.apply(options);
    }

    /** The option that is missing. */
    String lacking() {
        return lacking;
    }

    /** The options that give it a cache. */
    String cure() {
        return cure;
    }

    String label() {
        return programs.stream().sorted().findFirst().orElseThrow();
    }
}
