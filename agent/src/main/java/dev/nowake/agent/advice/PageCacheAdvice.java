package dev.nowake.agent.advice;

import dev.nowake.agent.advice.MountLook.Opens;
import java.util.List;
import java.util.Optional;

/** Mounts whose files never are in page cache, or leave it at every open. */
final class PageCacheAdvice {
    private static final String NOTHING_KEPT =
            "what is read is not kept in page cache: nothing can be prefetched into it, "
                    + "and every reader, of the same host too, asks the server again";

    private PageCacheAdvice() {}

    /** Returns whether there is no page cache at all, so that read-ahead and what depends on it mean nothing. */
    static boolean find(MountLook look, List<Finding> found) {
        if (look.opens() == Opens.DROP_PAGES) {
            found.add(new Finding(
                    FindingId.PAGES_DROPPED_AT_OPEN,
                    look.mount().mountPoint(),
                    "a file's pages were gone after it was opened once more",
                    "only the file being read is prefetched, later shards' pages would be gone when they are opened; "
                            + "each rank's open drops what the others brought in",
                    Remount.server("-o kernel_cache (for files that nobody changes behind its back) or -o auto_cache, "
                            + "where it takes libfuse's options")));
        }
        Optional<String> figure = figure(look);
        figure.ifPresent(text -> found.add(
                new Finding(FindingId.NO_PAGE_CACHE, look.mount().mountPoint(), text, NOTHING_KEPT, command(look))));
        return figure.isPresent();
    }

    private static Optional<String> figure(MountLook look) {
        return switch (look.kind()) {
            case PLAN9 -> plan9(look.mount().option("cache").orElse("none"));
            case SMB -> look.mount().option("cache").filter("none"::equals).map(none -> "cache=none");
            case FUSE -> fuse(look);
            default -> Optional.empty();
        };
    }

    /** Named (before Linux 6.4) or bits, in hexadecimal with or without 0x. */
    private static Optional<String> plan9(String mode) {
        boolean none = mode.equals("none") || mode.matches("(0x)?0+");
        return none ? Optional.of("cache=none") : Optional.empty();
    }

    private static Optional<String> fuse(MountLook look) {
        if (look.opens() == Opens.CACHE_NOTHING) {
            return Optional.of("a file was read and no page of it was there");
        }
        return look.servers().stream()
                .map(server -> new ServerOptions(server.arguments()).directIo())
                .flatMap(Optional::stream)
                .map(option -> option + " on its server's command line")
                .findFirst();
    }

    private static String command(MountLook look) {
        return switch (look.kind()) {
            case PLAN9 -> Remount.with(look.mount(), "cache=readahead (cache=loose before Linux 6.4)");
            case SMB -> Remount.with(look.mount(), "cache=strict");
            default -> Remount.server("page cache on (without direct_io)");
        };
    }
}
