package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.stage.ContentDigest;
import java.nio.file.Path;

/** What a look through the remote folder comes upon: a folder, what is in it, its folders one after the other, its end. */
sealed interface RemoteEntry {
    /** Below the remote folder; empty for that itself. */
    Path relative();

    record Folder(Path relative, UnixFacts facts) implements RemoteEntry {}

    /**
     * A file, or a link that leads out to one.
     *
     * @param facts of the file
     * @param promised what its name, or what lies beside it, promises of its content; null for nothing
     */
    record File(Path relative, UnixFacts facts, Identity identity, ContentDigest promised) implements RemoteEntry {}

    /** @param leadsTo relative, to something below the remote folder */
    record Link(Path relative, Path leadsTo) implements RemoteEntry {}

    /** Something that cannot be shown. */
    record Skipped(Path relative, String why) implements RemoteEntry {}

    /** Something is there, and it cannot be told what: as though nobody had looked. */
    record Unknown(Path relative, String why) implements RemoteEntry {}

    /** @param whole whether all names in the folder were seen */
    record End(Path relative, boolean whole) implements RemoteEntry {}
}
