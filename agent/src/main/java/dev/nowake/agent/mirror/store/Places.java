package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import java.nio.file.Path;

/**
 * Where a mirror's things lie. All but the two links lie beside {@code local}, on its filesystem: what is renamed must not
 * have to be copied.
 *
 * @param base {@code .NAME.nowake} beside local: root's, and open to nobody but to pass through
 * @param tree what loaders see
 * @param fresh where files are made before they are moved into the tree; empty at every start
 * @param parked incomplete files while no daemon serves them, under their names
 * @param open those of them that somebody had open when the daemon stopped: gone with their last user when no other daemon comes
 * @param aside what others have put into the tree
 * @param lock held by the daemon that uses all this
 * @param seen which filesystem the remote folder was on when it was last looked through
 * @param local a link to {@code run}
 * @param run a link to the tree in a folder that a restart of the host empties: nobody reads files with holes before the
 *     daemon is there
 */
record Places(
        Path base,
        Path tree,
        Path fresh,
        Path parked,
        Path open,
        Path aside,
        Path lock,
        Path seen,
        Path local,
        Path run) {
    static Places of(MirrorSettings settings, Path runFolder) {
        Path base = settings.local().resolveSibling("." + settings.name() + ".nowake");
        return new Places(
                base,
                base.resolve("tree"),
                base.resolve("fresh"),
                base.resolve("parked"),
                base.resolve("open"),
                base.resolve("aside"),
                base.resolve("lock"),
                base.resolve("remote"),
                settings.local(),
                runFolder.resolve("mirror").resolve(settings.name()));
    }
}
