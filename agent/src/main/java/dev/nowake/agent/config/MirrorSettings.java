package dev.nowake.agent.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * One mirror: a folder on a local disk that shows a remote one.
 *
 * @param name one path name; no two mirrors have the same
 * @param remote any folder, absolute; it need not be there when the daemon starts
 * @param local where loaders find it, absolute; made by nowake
 * @param budgetBytes what its files may take of the local disk; null for all that the disk has but the reserve
 * @param reserveBytes what is left free on the local disk; null for a twentieth of it, {@link #MOST_RESERVE_BYTES} at most
 * @param timeout how long one request to the remote may take
 * @param rescan how often the remote folder is looked through
 * @param revalidate how long a look at one remote file holds
 * @param streams how many requests there are to the remote at once
 * @param lookahead how many files of a model are brought before they are opened
 * @param verify whether content is held against the digest its name promises
 * @param etagAttribute the extended attribute with the remote storage's tag of the content, {@code user.} and more; null
 *     for none
 * @param policy who decides what leaves the disk when there is too little room
 * @param args its arguments, as it declares them
 */
public record MirrorSettings(
        String name,
        Path remote,
        Path local,
        Long budgetBytes,
        Long reserveBytes,
        Duration timeout,
        Duration rescan,
        Duration revalidate,
        Vanished vanished,
        Unreachable unreachable,
        int streams,
        int lookahead,
        boolean verify,
        String etagAttribute,
        String policy,
        Map<String, Object> args,
        Mode mode) {
    public MirrorSettings {
        args = Map.copyOf(args);
    }

    /**
     * A twentieth of a disk is what ext4 keeps for root, and what filesystems need to find room without a long search; on
     * large disks that much is waste, and what others write while a model comes in is less.
     */
    public static final long MOST_RESERVE_BYTES = 10L << 30;

    /** What becomes of a local file whose remote one is gone. */
    public enum Vanished {
        /** It stays if all of it is there. */
        KEEP,
        REMOVE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What an open gets while the remote does not answer. */
    public enum Unreachable {
        /** What is there. */
        SERVE,
        /** An error. */
        REFUSE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** With the default of everything else. */
    public static MirrorSettings of(String name, Path remote, Path local) {
        return new MirrorSettings(
                name,
                remote,
                local,
                null,
                null,
                MirrorKeys.TIMEOUT.absent(),
                MirrorKeys.RESCAN.absent(),
                MirrorKeys.REVALIDATE.absent(),
                MirrorKeys.VANISHED.absent(),
                MirrorKeys.UNREACHABLE.absent(),
                MirrorKeys.STREAMS.absent(),
                MirrorKeys.LOOKAHEAD.absent(),
                MirrorKeys.VERIFY.absent(),
                null,
                MirrorKeys.POLICY.absent(),
                Map.of(),
                ConfigKeys.MODE.absent());
    }

    public MirrorSettings withMode(Mode other) {
        return with(budgetBytes, reserveBytes, other);
    }

    /** {@code budget}, {@code reserve}: null for none. */
    public MirrorSettings withLimits(Long budget, Long reserve) {
        return with(budget, reserve, mode);
    }

    private MirrorSettings with(Long budget, Long reserve, Mode other) {
        return new MirrorSettings(
                name,
                remote,
                local,
                budget,
                reserve,
                timeout,
                rescan,
                revalidate,
                vanished,
                unreachable,
                streams,
                lookahead,
                verify,
                etagAttribute,
                policy,
                args,
                other);
    }
}
