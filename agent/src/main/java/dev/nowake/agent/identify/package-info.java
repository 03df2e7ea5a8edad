/**
 * Which model a file belongs to: from an event's (device, inode), or from the paths a verb was given.
 *
 * <p>The way through: {@link dev.nowake.agent.identify.TreeWalk} lists folders (names, sizes, identities; it opens no
 * file), {@link dev.nowake.agent.identify.Grouping} makes models of the lists with the help of the small files beside
 * the weights (index, refs, manifest), and two callers use it: {@link dev.nowake.agent.identify.ModelFinder} for verbs
 * and {@link dev.nowake.agent.identify.ModelCatalog} for the daemon. A path is a label only and never goes through a
 * {@code String} and back: names may hold any bytes.
 */
package dev.nowake.agent.identify;
